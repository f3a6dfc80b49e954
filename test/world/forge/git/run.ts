import { execFile } from "node:child_process";

/** The SHA-1 that git uses for "no object": a ref that does not exist yet, or no longer. */
export const ZERO_SHA = "0".repeat(40);

/** The well-known id of the tree with nothing in it; git knows it without storing it. */
export const EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

/** git ended with a code that the caller did not expect. */
export class GitError extends Error {
  constructor(
    readonly args: readonly string[],
    readonly code: number,
    readonly stderr: string,
  ) {
    super(`git ${args[0] ?? ""} ended with ${code}: ${stderr.trim().slice(0, 500)}`);
    this.name = "GitError";
  }
}

export type GitResult = { stdout: Buffer; text: string; code: number };
export type GitOptions = {
  input?: Buffer | string;
  env?: Record<string, string>;
  /** Exit codes that are an answer and not a failure, besides 0. */
  okCodes?: number[];
};
export type Git = {
  /** The bare repository. */
  dir: string;
  /** Runs git there. Rejects with `GitError` on any other code than 0 and `okCodes`. */
  run(args: string[], options?: GitOptions): Promise<GitResult>;
};

const CONFIG: [key: string, value: string][] = [
  ["gc.auto", "0"],
  ["receive.autogc", "false"],
  ["core.hooksPath", "/dev/null"],
  ["http.receivepack", "true"],
  ["receive.hideRefs", "refs/pull"],
  ["uploadpack.allowFilter", "true"],
  ["uploadpack.allowAnySHA1InWant", "true"],
];

/**
 * The whole environment of every git process: nothing of the user's or the machine's configuration reaches it, so that
 * the same calls give the same objects everywhere.
 */
export function gitEnvironment(extra: Record<string, string> = {}): Record<string, string> {
  const environment: Record<string, string> = {
    PATH: process.env.PATH ?? "/usr/bin:/bin",
    HOME: "/nonexistent",
    LC_ALL: "C",
    TZ: "UTC",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_TERMINAL_PROMPT: "0",
    GIT_LITERAL_PATHSPECS: "1",
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_AUTHOR_NAME: "Forge",
    GIT_AUTHOR_EMAIL: "forge@localhost",
    GIT_COMMITTER_NAME: "Forge",
    GIT_COMMITTER_EMAIL: "forge@localhost",
    GIT_CONFIG_COUNT: String(CONFIG.length),
  };
  CONFIG.forEach(([key, value], index) => {
    environment[`GIT_CONFIG_KEY_${index}`] = key;
    environment[`GIT_CONFIG_VALUE_${index}`] = value;
  });
  return { ...environment, ...extra };
}

/** git for one bare repository. Arguments go to the program as they are; there is no shell. */
export function gitAt(dir: string): Git {
  return {
    dir,
    run: (args, options = {}) =>
      new Promise((resolve, reject) => {
        const child = execFile(
          "git",
          [`--git-dir=${dir}`, ...args],
          { encoding: "buffer", env: gitEnvironment(options.env), maxBuffer: 512 * 1024 * 1024 },
          (error, stdout, stderr) => {
            const code = error ? (typeof error.code === "number" ? error.code : 128) : 0;
            if (error && !options.okCodes?.includes(code)) {
              reject(new GitError(args, code, stderr.toString("utf8") || error.message));
              return;
            }
            resolve({ stdout, text: stdout.toString("utf8"), code });
          },
        );
        // git may end before it has read all of its input; its exit code tells what happened.
        child.stdin?.on("error", () => {});
        child.stdin?.end(options.input ?? "");
      }),
  };
}
