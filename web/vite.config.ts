import { cloudflareDevProxyVitePlugin, vitePlugin as remix } from "@remix-run/dev";
import { defineConfig } from "vite";

/** Vite's root is the repository's root, because Remix wants a package.json there; paths are from there. */
export default defineConfig({
  publicDir: "web/public",
  plugins: [
    cloudflareDevProxyVitePlugin({
      configPath: "web/wrangler.toml",
      persist: { path: ".wrangler/state/v3" },
    }),
    remix({
      appDirectory: "web/app",
      buildDirectory: "web/build",
      future: {
        v3_fetcherPersist: true,
        v3_lazyRouteDiscovery: true,
        v3_relativeSplatPath: true,
        v3_routeConfig: true,
        v3_singleFetch: true,
        v3_throwAbortReason: true,
      },
    }),
  ],
  ssr: { resolve: { conditions: ["workerd", "worker", "browser"] } },
  build: { target: "es2022", minify: true },
});
