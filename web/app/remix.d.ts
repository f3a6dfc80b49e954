import "@remix-run/cloudflare";

/* Interfaces, because only an interface can be augmented. */
declare module "@remix-run/cloudflare" {
  // oxlint-disable-next-line typescript/consistent-type-definitions
  interface AppLoadContext {
    cloudflare: { env: { API: { fetch: typeof fetch } } };
  }
  // oxlint-disable-next-line typescript/consistent-type-definitions
  interface Future {
    v3_singleFetch: true;
  }
}
