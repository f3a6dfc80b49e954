/** The command that adds one report by hand or from a script. `api`: the API's public address. */
export function manualCurl(api: string, projectId: string): string {
  return [
    `curl -X POST ${api}/projects/${projectId}/feedback \\`,
    `  -H "Authorization: Bearer $SOULCASTER_TOKEN" \\`,
    `  -H "Content-Type: application/json" \\`,
    `  -d '{"title": "Checkout fails", "body": "TypeError: Cannot read properties of undefined"}'`,
  ].join("\n");
}

/** The API's public address, as the webhook addresses tell it; null when there is no source yet. */
export function apiAddressOf(sources: { webhook_url: string | null }[]): string | null {
  const url = sources.find((source) => source.webhook_url)?.webhook_url;
  return url && URL.canParse(url) ? url.slice(0, url.indexOf("/ingest/")) : null;
}
