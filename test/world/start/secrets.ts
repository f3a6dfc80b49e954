import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { HOME, SECRETS_FILE } from "./paths";

export type LocalSecrets = {
  sealingKey: string;
  setupToken: string;
  forgeToken: string;
  sandboxKey: string;
  sentrySecret: string;
  githubSecret: string;
};

/** The secrets of this checkout's installation, made once and kept. */
export function localSecrets(): LocalSecrets {
  try {
    return JSON.parse(readFileSync(SECRETS_FILE, "utf8")) as LocalSecrets;
  } catch {
    const secret = () => randomBytes(24).toString("base64url");
    const made: LocalSecrets = {
      sealingKey: randomBytes(32).toString("base64url"),
      setupToken: secret(),
      forgeToken: `ghp_${secret()}`,
      sandboxKey: `e2b_${secret()}`,
      sentrySecret: secret(),
      githubSecret: secret(),
    };
    mkdirSync(HOME, { recursive: true });
    writeFileSync(SECRETS_FILE, JSON.stringify(made, null, 2), { mode: 0o600 });
    return made;
  }
}
