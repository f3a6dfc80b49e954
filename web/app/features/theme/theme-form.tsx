import { useFetcher, useLocation, useRouteLoaderData } from "@remix-run/react";
import type { loader } from "../../root";
import { THEMES, type Theme } from "../../lib/theme";
import { Icon, type IconName } from "../../ui/icon";
import { useChosenTheme } from "./use-chosen-theme";

const LOOKS: Record<Theme, { label: string; icon: IconName }> = {
  system: { label: "As the system", icon: "screen" },
  light: { label: "Light", icon: "sun" },
  dark: { label: "Dark", icon: "moon" },
};

/** Three buttons, one pressed; the choice is a cookie, so it works without JavaScript and without a flash. */
export function ThemeForm() {
  const fetcher = useFetcher();
  const location = useLocation();
  const stored = useRouteLoaderData<typeof loader>("root")?.theme ?? "system";
  const current = useChosenTheme(stored);
  return (
    <fetcher.Form method="post" action="/theme" className="theme-form">
      <input type="hidden" name="back" value={location.pathname + location.search} />
      <fieldset>
        <legend className="visually-hidden">Colours</legend>
        {THEMES.map((theme) => (
          <button
            key={theme}
            name="theme"
            value={theme}
            aria-pressed={theme === current}
            aria-label={LOOKS[theme].label}
            title={LOOKS[theme].label}
          >
            <Icon name={LOOKS[theme].icon} />
          </button>
        ))}
      </fieldset>
    </fetcher.Form>
  );
}
