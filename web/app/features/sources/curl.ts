/** The command that adds one report by hand or from a script. `api`: the API's public address. */
export function manualCurl(api: string, projectId: string): string {
  return [
    `curl -X POST ${api}/projects/${projectId}/feedback \\`,
    `  -H "Authorization: Bearer $SOULCASTER_TOKEN" \\`,
    `  -H "Content-Type: application/json" \\`,
    `  -d '{"title": "Checkout fails", "body": "TypeError: Cannot read properties of undefined"}'`,
  ].join("\n");
}

/** The command that adds up to 1,000 reports of a JSON Lines file. */
export function importCurl(api: string, projectId: string): string {
  return [
    `head -n 1000 reports.jsonl | jq -s . | curl -X POST ${api}/projects/${projectId}/feedback \\`,
    `  -H "Authorization: Bearer $SOULCASTER_TOKEN" \\`,
    `  -H "Content-Type: application/json" \\`,
    `  --data-binary @-`,
  ].join("\n");
}

type Addressed = { webhook_url: string | null; dsn?: string | null };

/** The API's public address, as the sources' own addresses tell it; null when there is none yet. */
export function apiAddressOf(sources: Addressed[]): string | null {
  for (const { webhook_url: url, dsn } of sources) {
    if (url && URL.canParse(url)) return url.slice(0, url.indexOf("/ingest/"));
    if (dsn && URL.canParse(dsn)) return dsn.replace(/\/\/[^@/]*@/, "//").replace(/\/\d+$/, "");
  }
  return null;
}
