export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

/** The remembered theme of a cookie header's value; `system` when there is none. */
export function themeOf(value: string | null): Theme {
  return THEMES.find((theme) => theme === value) ?? "system";
}
