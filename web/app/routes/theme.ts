import { redirect, type ActionFunctionArgs } from "@remix-run/cloudflare";
import { text } from "../lib/form.server";
import { samePlace } from "../lib/session.server";
import { themeOf } from "../lib/theme";

const YEAR_SECONDS = 365 * 24 * 60 * 60;

/** Remembers the chosen colours in a cookie, and goes back to where the person was. */
export async function action({ request }: ActionFunctionArgs) {
  const form = await request.formData();
  const url = new URL(request.url);
  const theme = themeOf(text(form, "theme"));
  const life = theme === "system" ? 0 : YEAR_SECONDS;
  return redirect(samePlace(text(form, "back"), url), {
    headers: {
      "set-cookie": `soulcaster_theme=${theme}; Path=/; SameSite=Lax; Max-Age=${life}`,
    },
  });
}

export function loader() {
  return redirect("/");
}
