import path from "node:path";

/**
 * Everything that a local installation keeps lies in `.soulcaster/` (or where `SOULCASTER_HOME` says: tests have one of their
 * own). `--fresh` removes it. The agents' programs that `npm run world:agent` fetches are shared by all homes and stay.
 */
export const ROOT = path.join(import.meta.dirname, "..", "..", "..");
export const HOME = process.env["SOULCASTER_HOME"] ?? path.join(ROOT, ".soulcaster");
export const STATE = path.join(HOME, "state");
/** The Worker as it is deployed, in one file. */
export const BUILD_DIR = path.join(HOME, "worker");
export const FORGE_DIR = path.join(HOME, "forge");
export const SANDBOX_DIR = path.join(HOME, "sandbox");
export const REGISTRY_DIR = path.join(HOME, "registry");
export const LOG_DIR = path.join(HOME, "logs");
/** A folder for each agent's program that was fetched. */
export const AGENTS_DIR = path.join(ROOT, ".soulcaster");
export const LOCAL_FILE = path.join(HOME, "local.json");
export const PID_FILE = path.join(HOME, "start.json");
export const SECRETS_FILE = path.join(HOME, "secrets.json");
export const SAMPLE_DIR = path.join(ROOT, "test", "world", "sample");
export const SAMPLE_REPO = "acme/orders";
