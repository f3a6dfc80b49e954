import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { Log, LogLevel, Miniflare, type ModuleDefinition } from "miniflare";
import { unstable_getMiniflareWorkerOptions as optionsOf } from "wrangler";
import { z } from "zod";
import { BUILD_DIR, REGISTRY_DIR, ROOT, STATE } from "./paths";

/*
 * The built Worker in workerd, as its own process: `node --import tsx worker.ts PORT SETTINGS`. Not `wrangler dev`: its proxy
 * before the Worker loses a request now and then while the Worker is busy, and answers 503 for it.
 */
const [port, settingsFile] = z
  .tuple([z.coerce.number(), z.string()])
  .parse(process.argv.slice(2) as unknown);
const settings = z
  .record(z.string(), z.string())
  .parse(JSON.parse(readFileSync(settingsFile, "utf8")));
const { workerOptions } = optionsOf(path.join(ROOT, "wrangler.toml"));

const miniflare = new Miniflare({
  host: "127.0.0.1",
  port,
  log: new Log(LogLevel.WARN),
  logRequests: false,
  cf: false,
  defaultPersistRoot: path.join(STATE, "v3"),
  // Cron does not fire here: the start command calls /cdn-cgi/handler/scheduled.
  unsafeTriggerHandlers: true,
  // Where the dashboard's service binding finds this Worker.
  unsafeDevRegistryPath: REGISTRY_DIR,
  workers: [
    {
      ...workerOptions,
      name: "soulcaster-api",
      rootPath: BUILD_DIR,
      modulesRoot: BUILD_DIR,
      modules: modulesOf(BUILD_DIR),
      bindings: { ...workerOptions.bindings, ...settings },
    },
  ],
});
await miniflare.ready;
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void miniflare.dispose().finally(() => process.exit(0)));
}

/** The bundle, which comes first, and the WebAssembly beside it. */
function modulesOf(dir: string): ModuleDefinition[] {
  const kernels = readdirSync(dir).filter((name) => name.endsWith(".wasm"));
  return [
    { type: "ESModule", path: path.join(dir, "index.js") },
    ...kernels.map((name): ModuleDefinition => ({
      type: "CompiledWasm",
      path: path.join(dir, name),
    })),
  ];
}
