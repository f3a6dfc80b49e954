import { isSafeBranch, isSha } from "./names";
import { ZERO_SHA, type Git } from "./run";

export type GitRef = { ref: string; sha: string; type: string };

/** What a ref points at, or null. `ref` must be a full name that passed `isWritableRef` or one of our own. */
export async function readRef(git: Git, ref: string): Promise<string | null> {
  const { text, code } = await git.run(["show-ref", "--verify", "--hash", "--", ref], {
    okCodes: [1, 128],
  });
  return code === 0 ? text.trim() : null;
}

/** All branches and tags, by name. */
export async function listRefs(git: Git): Promise<GitRef[]> {
  const format = "--format=%(refname)%00%(objectname)%00%(objecttype)";
  const { text } = await git.run(["for-each-ref", format, "refs/heads", "refs/tags"]);
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [ref = "", sha = "", type = ""] = line.split("\0");
      return { ref, sha, type };
    });
}

/** Moves a ref from `before` to `after` in one step; `ZERO_SHA` means absent. Rejects when it is no longer at `before`. */
export async function moveRef(git: Git, ref: string, before: string, after: string): Promise<void> {
  if (after === ZERO_SHA) await git.run(["update-ref", "--no-deref", "-d", ref, before]);
  else await git.run(["update-ref", "--no-deref", ref, after, before]);
}

async function peel(git: Git, rev: string): Promise<string | null> {
  const { text, code } = await git.run(["rev-parse", "--verify", "--quiet", `${rev}^{commit}`], {
    okCodes: [1, 128],
  });
  return code === 0 ? text.trim() : null;
}

/**
 * The commit that a caller means by a branch, a tag, `heads/x`, `tags/x`, a full ref, `HEAD` or (at least 7 letters of)
 * an id; null when there is none. Names that are not safe are never given to git.
 */
export async function resolveCommit(git: Git, name: string): Promise<string | null> {
  if (isSha(name)) return peel(git, name);
  if (name === "HEAD") return peel(git, "HEAD");
  if (!isSafeBranch(name)) return null;
  const short = name.replace(/^refs\//, "");
  const candidates = [`refs/heads/${name}`, `refs/tags/${name}`];
  if (/^(heads|tags|pull)\/./.test(short)) candidates.push(`refs/${short}`);
  for (const candidate of candidates) {
    const sha = await readRef(git, candidate);
    if (sha) return peel(git, sha);
  }
  return /^[0-9a-f]{7,39}$/.test(name) ? peel(git, name) : null;
}
