import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { Octokit } from "octokit";
import { startForge, type ForgeOptions } from "./index";

export const TOKEN = "forge-test-token";
export const READ_TOKEN = "forge-read-token";
export const OWNER = "acme";
export const REPO = "shop";
export const where = { owner: OWNER, repo: REPO };

const SEED_FILES: Record<string, string> = {
  "README.md": "# Shop\n",
  "src/cart.ts": "export function total(prices: number[]): number {\n  return prices.length;\n}\n",
  "src/deep/note.txt": "deep\n",
};

export type TestForge = Awaited<ReturnType<typeof startForge>> & {
  dir: string;
  octokit: Octokit;
  options: ForgeOptions;
  /** Stops it and takes its folder away. */
  end(): Promise<void>;
};

/** The real octokit, unmodified, without its waiting and retrying. */
export function client(url: string, token: string | undefined = TOKEN): Octokit {
  return new Octokit({
    baseUrl: url,
    auth: token,
    throttle: { enabled: false },
    retry: { enabled: false },
    log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
  });
}

/** A forge with one small repository, a maintainer with a token that may only read, and short waits between retries. */
export async function startTestForge(extra: Partial<ForgeOptions> = {}): Promise<TestForge> {
  const dir = await mkdtemp(path.join(tmpdir(), "forge-"));
  const from = path.join(dir, "seed");
  for (const [name, content] of Object.entries(SEED_FILES)) {
    await mkdir(path.dirname(path.join(from, name)), { recursive: true });
    await writeFile(path.join(from, name), content);
  }
  const options: ForgeOptions = {
    dir: path.join(dir, "state"),
    token: TOKEN,
    seed: [{ owner: OWNER, name: REPO, from }],
    logins: [{ login: "reader", token: READ_TOKEN, permission: "read" }],
    retryDelaysMs: [50, 50, 50],
    ...extra,
  };
  const forge = await startForge(options);
  return {
    ...forge,
    dir,
    options,
    octokit: client(forge.url),
    async end() {
      await forge.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** Runs the real git as a user would, with a home of its own; resolves to what it printed. */
export async function userGit(cwd: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)("git", args, {
    cwd,
    env: {
      PATH: process.env.PATH,
      HOME: cwd,
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_TERMINAL_PROMPT: "0",
      GIT_AUTHOR_NAME: "Dev",
      GIT_AUTHOR_EMAIL: "dev@example.test",
      GIT_COMMITTER_NAME: "Dev",
      GIT_COMMITTER_EMAIL: "dev@example.test",
    },
  });
  return stdout;
}

/** What the forge answered with an error. */
export type Refusal = { status: number; message: string; errors?: unknown; body: unknown };

/** The error that a call ends with; fails the test when it succeeds. */
export async function refusal(call: Promise<unknown>): Promise<Refusal> {
  try {
    await call;
  } catch (error) {
    const { status, response } = error as {
      status: number;
      response?: { data: { message: string; errors?: unknown } };
    };
    const body = response?.data;
    return { status, message: body?.message ?? String(error), errors: body?.errors, body };
  }
  throw new Error("the call was expected to fail");
}

export async function headOf(octokit: Octokit, branch = "main"): Promise<string> {
  const { data } = await octokit.rest.git.getRef({ ...where, ref: `heads/${branch}` });
  return data.object.sha;
}

/** Commits files (null deletes) on a branch, new from `main` or existing, by the git data API. Returns the commit. */
export async function commitFiles(
  octokit: Octokit,
  branch: string,
  files: Record<string, string | null>,
  message = "Change",
): Promise<string> {
  const exists = await headOf(octokit, branch).catch(() => null);
  const parent = exists ?? (await headOf(octokit));
  const { data: tree } = await octokit.rest.git.createTree({
    ...where,
    base_tree: parent,
    tree: Object.entries(files).map(([name, content]) => ({
      path: name,
      mode: "100644" as const,
      type: "blob" as const,
      ...(content === null ? { sha: null } : { content }),
    })),
  });
  const { data: commit } = await octokit.rest.git.createCommit({
    ...where,
    message,
    tree: tree.sha,
    parents: [parent],
  });
  if (exists)
    await octokit.rest.git.updateRef({ ...where, ref: `heads/${branch}`, sha: commit.sha });
  else await octokit.rest.git.createRef({ ...where, ref: `refs/heads/${branch}`, sha: commit.sha });
  return commit.sha;
}

/** A branch with a change and a pull request for it; returns its number. */
export async function openPull(
  octokit: Octokit,
  branch: string,
  files: Record<string, string | null>,
  extra: { draft?: boolean; body?: string; title?: string } = {},
): Promise<number> {
  await commitFiles(octokit, branch, files);
  const { data } = await octokit.rest.pulls.create({
    ...where,
    title: extra.title ?? `Change on ${branch}`,
    head: branch,
    base: "main",
    ...extra,
  });
  return data.number;
}
