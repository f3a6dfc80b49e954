/** The URL if a link may lead there (http or https, no credentials inside), else null. Report text is hostile. */
export function safeUrl(text: string | null | undefined): string | null {
  if (!text || !URL.canParse(text)) return null;
  const url = new URL(text);
  if (url.protocol !== "https:" && url.protocol !== "http:") return null;
  return url.username || url.password ? null : url.href;
}

/** How a pull request's link reads: `#12` when the address says it, else the host. */
export function pullLabel(href: string): string {
  const number = /\/pulls?\/(\d+)/.exec(href)?.[1];
  return number ? `#${number}` : new URL(href).host;
}
