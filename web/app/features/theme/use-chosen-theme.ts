import { useFetchers } from "@remix-run/react";
import { themeOf, type Theme } from "../../lib/theme";

/** The theme to draw: the one just chosen, before the server has even answered, else the remembered one. */
export function useChosenTheme(stored: Theme): Theme {
  const chosen = useFetchers().find((fetcher) => fetcher.formAction === "/theme")?.formData;
  return chosen ? themeOf(String(chosen.get("theme"))) : stored;
}
