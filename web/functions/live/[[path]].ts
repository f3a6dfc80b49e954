const PREFIX = "/live";

/**
 * Passes WebSocket upgrades, and nothing else, to the API: `/live/projects/…` becomes `/projects/…`. The API decides who
 * may listen, from the Cookie and the Origin that the browser sent.
 */
export const onRequest: PagesFunction<{ API: Fetcher }> = async ({ request, env }) => {
  const url = new URL(request.url);
  if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
    return new Response("This address speaks WebSocket only.", {
      status: 426,
      headers: { upgrade: "websocket", "cache-control": "no-store" },
    });
  }
  const path = url.pathname.slice(PREFIX.length);
  if (!path.startsWith("/projects/")) return new Response("Not found", { status: 404 });
  const headers = new Headers({ upgrade: "websocket" });
  for (const name of ["cookie", "origin"]) {
    const value = request.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  return env.API.fetch(`http://api${path}${url.search}`, { headers });
};
