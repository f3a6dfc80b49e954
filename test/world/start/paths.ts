import path from "node:path";

/**
 * Everything that a local installation keeps lies in `.soulcaster/` (or where `SOULCASTER_HOME` says: tests have one of their
 * own). `--fresh` removes it. The agent CLI that `npm run world:kilo` fetches is shared by all homes and stays.
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
export const KILO_DIR = path.join(ROOT, ".soulcaster", "kilo");
/** The program inside `KILO_DIR`; it picks the build that suits the processor. */
export const KILO_PROGRAM = path.join("node_modules", ".bin", "kilo");
/** Where a local sandbox sees `KILO_DIR`: a folder that no sandbox's own mounts cover. */
export const KILO_INSIDE = "/opt/kilo";
export const LOCAL_FILE = path.join(HOME, "local.json");
export const PID_FILE = path.join(HOME, "start.json");
export const SECRETS_FILE = path.join(HOME, "secrets.json");
export const SAMPLE_DIR = path.join(ROOT, "test", "world", "sample");
export const SAMPLE_REPO = "acme/orders";
