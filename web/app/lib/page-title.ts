/** A page's title as tabs and history show it, most specific first. */
export function pageTitle(...parts: string[]): { title: string }[] {
  return [{ title: [...parts, "Soulcaster"].join(" · ") }];
}
