import type { Octokit } from "octokit";
import { z } from "zod";
import { ForeignError, foreignKindOfStatus } from "../../kit/foreign-error";
import { secondsToWait } from "../../kit/foreign-fetch";
import { DraftRefused, type FileChange, type Forge, type NewCommit } from "./forge";

export type GithubSettings = { apiUrl: string; token: string | undefined; repository: string };

const TEXT_LIMIT = 1_000_000;
const Sha = z.string().regex(/^[0-9a-f]{40,64}$/);
const Committer = { name: "Soulcaster", email: "soulcaster@users.noreply.github.com" };

/** GitHub, or GitHub Enterprise by its API address. Blobs are read and written by the Git Data API. */
export function createGithubForge(settings: GithubSettings): Forge {
  const { at, call } = githubCaller(settings);
  const { owner, repo } = at;

  async function writeBlob(change: FileChange) {
    const { path, mode } = change;
    const entry = { path, mode: mode as "100644" | "100755", type: "blob" as const };
    if (change.content === null) return { ...entry, sha: null };
    const content = toBase64(change.content);
    const blob = await call("create blob", (octokit) =>
      octokit.rest.git.createBlob({ ...at, content, encoding: "base64" }),
    );
    return { ...entry, sha: Sha.parse(blob.data.sha) };
  }

  async function pointBranch(branch: string, sha: string): Promise<void> {
    try {
      await call("create branch", (octokit) =>
        octokit.rest.git.createRef({ ...at, ref: `refs/heads/${branch}`, sha }),
      );
    } catch (error) {
      if (!isStatus(error, 422)) throw error;
      const ref = await call("read branch", (octokit) =>
        octokit.rest.git.getRef({ ...at, ref: `heads/${branch}` }),
      );
      if (ref.data.object.sha !== sha) {
        await call("move branch", (octokit) =>
          octokit.rest.git.updateRef({ ...at, ref: `heads/${branch}`, sha }),
        );
      }
    }
  }

  async function findOpenPull(branch: string) {
    const head = `${owner}:${branch}`;
    const found = await call("find pull request", (octokit) =>
      octokit.rest.pulls.list({ ...at, head, state: "open", per_page: 1 }),
    );
    const pull = found.data[0];
    return pull ? { number: pull.number, url: pull.html_url } : null;
  }

  return {
    async defaultBranch() {
      const { data } = await call("read repository", (octokit) => octokit.rest.repos.get(at));
      return data.default_branch;
    },

    async headOf(branch) {
      const { data } = await call("read branch", (octokit) =>
        octokit.rest.git.getRef({ ...at, ref: `heads/${branch}` }),
      );
      return Sha.parse(data.object.sha);
    },

    async listFiles(sha) {
      const { data } = await call("read tree", (octokit) =>
        octokit.rest.git.getTree({ ...at, tree_sha: sha, recursive: "1" }),
      );
      const files = data.tree
        .filter((entry) => entry.type !== "tree" && entry.path)
        .map(({ path, mode, sha, size }) => ({ path, mode, sha, size: size ?? 0 }));
      return { files, complete: !data.truncated };
    },

    async readText(sha, path) {
      try {
        const { data } = await call("read file", (octokit) =>
          octokit.rest.repos.getContent({ ...at, path, ref: sha }),
        );
        if (Array.isArray(data) || data.type !== "file" || data.size > TEXT_LIMIT) return null;
        return new TextDecoder("utf-8", { fatal: true }).decode(fromBase64(data.content));
      } catch (error) {
        if (error instanceof TypeError) return null;
        if (error instanceof ForeignError && error.kind === "not_found") return null;
        throw error;
      }
    },

    async archive(sha) {
      // By hand: the SDK would hold the whole archive in memory.
      const url = `${settings.apiUrl}/repos/${owner}/${repo}/tarball/${sha}`;
      const headers: Record<string, string> = { "user-agent": "soulcaster" };
      if (settings.token) headers["authorization"] = `Bearer ${settings.token}`;
      const response = await fetch(url, { headers }).catch((cause: unknown) => {
        throw new ForeignError("unavailable", "archive failed", { cause });
      });
      if (!response.ok || !response.body) {
        throw refusal("archive", response.status, response.headers);
      }
      return response.body;
    },

    async commit(commit: NewCommit) {
      const base = await call("read base commit", (octokit) =>
        octokit.rest.git.getCommit({ ...at, commit_sha: commit.baseSha }),
      );
      const tree: Awaited<ReturnType<typeof writeBlob>>[] = [];
      for (const change of commit.changes) tree.push(await writeBlob(change));
      const made = await call("create tree", (octokit) =>
        octokit.rest.git.createTree({ ...at, base_tree: base.data.tree.sha, tree }),
      );
      const who = { ...Committer, date: new Date(commit.at).toISOString().replace(/\.\d+Z$/, "Z") };
      const { data } = await call("create commit", (octokit) =>
        octokit.rest.git.createCommit({
          ...at,
          message: commit.message,
          tree: made.data.sha,
          parents: [commit.parentSha ?? commit.baseSha],
          author: who,
          committer: who,
        }),
      );
      const sha = Sha.parse(data.sha);
      await pointBranch(commit.branch, sha);
      return sha;
    },

    async openDraft({ branch, base, title, body }) {
      const open = await findOpenPull(branch);
      if (open) return open;
      try {
        const { data } = await call("open pull request", (octokit) =>
          octokit.rest.pulls.create({ ...at, head: branch, base, title, body, draft: true }),
        );
        return { number: data.number, url: data.html_url };
      } catch (error) {
        if (!isStatus(error, 422)) throw error;
        if (/draft pull requests? (?:are|is) not supported/i.test(messageOf(error))) {
          throw new DraftRefused(await compareUrl(base, branch));
        }
        const other = await findOpenPull(branch);
        if (other) return other;
        throw error;
      }
    },

    async askReview({ number }, ask) {
      if ("reviewer" in ask) {
        await call("request review", (octokit) =>
          octokit.rest.pulls.requestReviewers({
            ...at,
            pull_number: number,
            reviewers: [ask.reviewer],
          }),
        );
        return;
      }
      const { comment: body } = ask;
      const known = await call("read comments", (octokit) =>
        octokit.rest.issues.listComments({ ...at, issue_number: number, per_page: 100 }),
      );
      if (known.data.some((comment) => comment.body === body)) return;
      await call("comment", (octokit) =>
        octokit.rest.issues.createComment({ ...at, issue_number: number, body }),
      );
    },
  };

  async function compareUrl(base: string, branch: string): Promise<string> {
    const { data } = await call("read repository", (octokit) => octokit.rest.repos.get(at));
    return `${data.html_url}/compare/${base}...${encodeURIComponent(branch)}`;
  }
}

/** The repository of the settings, and how it is asked: with failures as `ForeignError`. */
export function githubCaller(settings: GithubSettings) {
  const [owner = "", repo = ""] = settings.repository.split("/");
  return {
    at: { owner, repo },
    async call<T>(what: string, request: (octokit: Octokit) => Promise<T>): Promise<T> {
      try {
        return await request(await connect(settings));
      } catch (error) {
        throw toForeign(what, error);
      }
    },
  };
}

async function connect(settings: GithubSettings): Promise<Octokit> {
  const { Octokit } = await import("octokit");
  return new Octokit({
    baseUrl: settings.apiUrl,
    ...(settings.token ? { auth: settings.token } : {}),
    // The throttling plugin keeps global queues that a Worker's runtime kills; stages are retried as a whole instead.
    throttle: { enabled: false },
    retry: { enabled: false },
  });
}

function toForeign(what: string, error: unknown): unknown {
  const status = statusOf(error);
  if (status === null)
    return new ForeignError("unavailable", `${what}: no answer`, { cause: error });
  return refusal(what, status, headersOf(error), error);
}

/**
 * What a refusal means. A limit may come as 403, and then names a time (GitHub's secondary limits) or says that none is left (the
 * primary one); a conflict (409) passes when whoever was faster is done.
 */
function refusal(what: string, status: number, headers: Headers, cause?: unknown): ForeignError {
  const limited =
    status === 403 && (headers.has("retry-after") || headers.get("x-ratelimit-remaining") === "0");
  const kind = limited
    ? "rate_limited"
    : status === 409
      ? "unavailable"
      : foreignKindOfStatus(status);
  const retryAfterSeconds = kind === "rate_limited" ? secondsToWait(headers) : undefined;
  return new ForeignError(kind, `${what}: ${status}`, { cause, status, retryAfterSeconds });
}

function statusOf(error: unknown): number | null {
  const status = (error as { status?: unknown } | null)?.status;
  return typeof status === "number" && (error as { response?: unknown }).response ? status : null;
}

function headersOf(error: unknown): Headers {
  const { response } = error as { response?: { headers?: Record<string, unknown> } };
  const headers = new Headers();
  for (const [name, value] of Object.entries(response?.headers ?? {}))
    if (value !== undefined) headers.set(name, String(value));
  return headers;
}

function isStatus(error: unknown, status: number): boolean {
  return error instanceof ForeignError && statusOf(error.cause) === status;
}

function messageOf(error: unknown): string {
  const cause = error instanceof ForeignError ? error.cause : error;
  return cause instanceof Error ? cause.message : "";
}

function toBase64(bytes: Uint8Array): string {
  let binary = "";
  for (let i = 0; i < bytes.length; i += 8192) {
    binary += String.fromCharCode(...bytes.subarray(i, i + 8192));
  }
  return btoa(binary);
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text.replace(/\s/g, "")), (char) => char.charCodeAt(0));
}
