import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { REGISTRY_DIR, ROOT, STATE } from "./paths";

/** What children of ours never do: ask questions, report home, or look into another checkout's registry. */
export const QUIET = {
  CI: "1",
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_REGISTRY_PATH: REGISTRY_DIR,
  NO_COLOR: "1",
};

/** Builds the dashboard when its sources have changed since the last build. */
export function buildDashboard(): boolean {
  const present = path.join(ROOT, "web/build/client");
  return onChange(
    "dashboard",
    hashOf(["web", "worker", "package-lock.json"], ["web/build"]),
    existsSync(present),
    () =>
      run(
        "node_modules/@remix-run/dev/dist/cli.js",
        ["vite:build", "-c", "web/vite.config.ts"],
        "build the dashboard",
      ),
  );
}

/** Brings the local D1 up to the newest migration. */
export function migrate(): boolean {
  return onChange("migrations", hashOf(["migrations"]), existsSync(STATE), () =>
    run(
      "node_modules/wrangler/bin/wrangler.js",
      ["d1", "migrations", "apply", "DB", "--local", "--persist-to", STATE],
      "apply the migrations",
    ),
  );
}

function onChange(name: string, hash: string, present: boolean, work: () => void): boolean {
  const marker = path.join(
    name === "migrations" ? STATE : path.join(ROOT, "web/build"),
    `${name}.sha256`,
  );
  if (present && existsSync(marker) && readFileSync(marker, "utf8") === hash) return false;
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
