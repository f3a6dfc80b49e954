import type { LinksFunction, LoaderFunctionArgs } from "@remix-run/cloudflare";
import {
  Links,
  Meta,
  Outlet,
  Scripts,
  ScrollRestoration,
  useRouteLoaderData,
  type ShouldRevalidateFunctionArgs,
} from "@remix-run/react";
import type { ReactNode } from "react";
import { useNonce } from "./lib/nonce";
import { cookieOf } from "./lib/session.server";
import { themeOf } from "./lib/theme";
import { pageTitle } from "./lib/page-title";
import { useChosenTheme } from "./features/theme/use-chosen-theme";
import { ErrorPage } from "./ui/error-page";
import styles from "./styles/index.css?url";

export const links: LinksFunction = () => [
  { rel: "stylesheet", href: styles },
  { rel: "icon", href: "/favicon.svg", type: "image/svg+xml" },
];

export const meta = () => pageTitle();

export function loader({ request }: LoaderFunctionArgs) {
  return { theme: themeOf(cookieOf(request, "soulcaster_theme")) };
}

/** Only the theme form changes what this loader reads. */
export function shouldRevalidate({ formAction }: ShouldRevalidateFunctionArgs): boolean {
  return formAction === "/theme";
}

export function Layout({ children }: { children: ReactNode }) {
  const nonce = useNonce();
  const stored = useRouteLoaderData<typeof loader>("root")?.theme ?? "system";
  const theme = useChosenTheme(stored);
  return (
    <html lang="en" data-theme={theme}>
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <Meta />
        <Links />
      </head>
      <body>
        <a className="skip-link" href="#main">
          Skip to the content
        </a>
        {children}
        <ScrollRestoration nonce={nonce} />
        <Scripts nonce={nonce} />
      </body>
    </html>
  );
}

export default function Root() {
  return <Outlet />;
}

export function ErrorBoundary() {
  return <ErrorPage />;
}
