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
  redditSecret: string;
};

/** The secrets of this checkout's installation, made once and kept; one that an earlier version did not have is added. */
export function localSecrets(): LocalSecrets {
  const secret = () => randomBytes(24).toString("base64url");
  const secrets: LocalSecrets = {
    sealingKey: randomBytes(32).toString("base64url"),
    setupToken: secret(),
    forgeToken: `ghp_${secret()}`,
    sandboxKey: `e2b_${secret()}`,
    sentrySecret: secret(),
    githubSecret: secret(),
    redditSecret: secret(),
    ...keptSecrets(),
  };
  mkdirSync(HOME, { recursive: true });
  writeFileSync(SECRETS_FILE, JSON.stringify(secrets, null, 2), { mode: 0o600 });
  return secrets;
}

function keptSecrets(): Partial<LocalSecrets> {
  try {
    return JSON.parse(readFileSync(SECRETS_FILE, "utf8")) as Partial<LocalSecrets>;
  } catch {
    return {};
  }
}
