/** What `npm run build` leaves in web/build/server, so that types can be checked before it has run. */
declare module "*/build/server" {
  import type { ServerBuild } from "@remix-run/cloudflare";
  const build: ServerBuild;
  export = build;
}
