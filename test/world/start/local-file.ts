import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { LOCAL_FILE } from "./paths";

type LocalSource = { id: string; url: string; secret: string };

/** `.soulcaster/local.json`: how to reach a running local installation. */
export type LocalFile = {
  api: string;
  dashboard: string;
  forge: string;
  sandbox: string;
  reddit: string;
  signInUrl: string;
  token: string;
  projectId: string;
  repo: string;
  sources: { sentry: LocalSource; github: LocalSource };
  pid: number;
};

export function readLocalFile(): LocalFile | null {
  try {
    return JSON.parse(readFileSync(LOCAL_FILE, "utf8")) as LocalFile;
  } catch {
    return null;
  }
}

/** Written whole or not at all. */
export function writeLocalFile(local: LocalFile): void {
  writeFileSync(`${LOCAL_FILE}.part`, `${JSON.stringify(local, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${LOCAL_FILE}.part`, LOCAL_FILE);
}
