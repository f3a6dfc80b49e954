import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { BUILD_DIR, REGISTRY_DIR, ROOT, STATE } from "./paths";

/** What children of ours never do: ask questions, report home, or look into another checkout's registry. */
export const QUIET = {
  CI: "1",
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_REGISTRY_PATH: REGISTRY_DIR,
  NO_COLOR: "1",
};

/** Builds the dashboard when its sources have changed since the last build. */
export function buildDashboard(): boolean {
  return onChange(
    path.join(ROOT, "web/build/dashboard.sha256"),
    hashOf(["web", "worker", "package-lock.json"], ["web/build"]),
    () =>
      run(
        "node_modules/@remix-run/dev/dist/cli.js",
        ["vite:build", "-c", "web/vite.config.ts"],
        "build the dashboard",
      ),
  );
}

/** Bundles the Worker as a deployment does, when its sources have changed since the last time. */
export function buildWorker(): boolean {
  return onChange(
    path.join(BUILD_DIR, "worker.sha256"),
    hashOf(["worker", "package-lock.json", "wrangler.toml"]),
    () =>
      run(
        "node_modules/wrangler/bin/wrangler.js",
        ["deploy", "--dry-run", "--outdir", BUILD_DIR],
        "build the Worker",
      ),
  );
}

/** Brings the local D1 up to the newest migration. */
export function migrate(): boolean {
  return onChange(path.join(STATE, "migrations.sha256"), hashOf(["migrations"]), () =>
    run(
      "node_modules/wrangler/bin/wrangler.js",
      ["d1", "migrations", "apply", "DB", "--local", "--persist-to", STATE],
      "apply the migrations",
    ),
  );
}

/** Does the work when the marker in what it leaves is another one, or gone with it. Returns whether it did. */
function onChange(marker: string, hash: string, work: () => void): boolean {
  if (existsSync(marker) && readFileSync(marker, "utf8") === hash) return false;
  work();
  mkdirSync(path.dirname(marker), { recursive: true });
  writeFileSync(marker, hash);
  return true;
}

function run(script: string, args: string[], what: string): void {
  const result = spawnSync(process.execPath, [path.join(ROOT, script), ...args], {
    cwd: ROOT,
    env: { ...process.env, ...QUIET },
    encoding: "utf8",
  });
  if (result.status === 0) return;
  throw new Error(`Could not ${what}:\n${(result.stdout + result.stderr).slice(-3_000)}`);
}

function hashOf(places: string[], without: string[] = []): string {
  const hash = createHash("sha256");
  for (const place of places) addTo(hash, place, without);
  return hash.digest("hex");
}

function addTo(hash: ReturnType<typeof createHash>, place: string, without: string[]): void {
  if (without.includes(place)) return;
  const full = path.join(ROOT, place);
  if (!existsSync(full)) return;
  if (statSync(full).isFile()) {
    hash.update(place).update(readFileSync(full));
    return;
  }
  for (const entry of readdirSync(full, { withFileTypes: true }).sort((a, b) =>
    a.name < b.name ? -1 : 1,
  )) {
    const child = path.posix.join(place, entry.name);
    if (entry.isDirectory()) addTo(hash, child, without);
    else if (entry.isFile()) hash.update(child).update(readFileSync(path.join(ROOT, child)));
  }
}
