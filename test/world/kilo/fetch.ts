import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { KILO_DIR, KILO_PROGRAM } from "../start/paths";

const VERSION = "7.7.7";
const MINUTE = 60_000;

/**
 * `npm run world:kilo`: fetches the Kilocode CLI (290 MB) from the package registry and checks that it runs. It is not part of
 * `npm ci`, since only `sandbox_kilo` with a model needs it. No install script runs. Throws in plain words.
 */
export function fetchKilo(): string {
  const program = path.join(KILO_DIR, KILO_PROGRAM);
  if (versionOf(program) === VERSION) return program;
  mkdirSync(KILO_DIR, { recursive: true });
  const install = ["install", "--prefix", KILO_DIR, "--no-save", "--ignore-scripts", "--no-audit"];
  const result = spawnSync("npm", [...install, "--no-fund", `@kilocode/cli@${VERSION}`], {
    stdio: ["ignore", "ignore", "pipe"],
    encoding: "utf8",
    timeout: 15 * MINUTE,
  });
  if (result.status !== 0) {
    throw new Error(`Could not fetch the Kilocode CLI:\n${result.stderr.slice(-2_000)}`);
  }
  const found = versionOf(program);
  if (found === VERSION) return program;
  throw new Error(
    `The Kilocode CLI was fetched but does not run here (${found ?? "no answer"}): there may be no build of it for this machine.`,
  );
}

/** What `kilo --version` says; null when it is not there or does not run. */
function versionOf(program: string): string | null {
  if (!existsSync(program)) return null;
  const result = spawnSync(program, ["--version"], { encoding: "utf8", timeout: MINUTE });
  return result.status === 0 ? result.stdout.trim() : null;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  try {
    console.log("Fetching the Kilocode CLI (about 290 MB) …");
    console.log(`  ✓ Kilocode CLI ${VERSION} is ready: ${fetchKilo()}`);
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
