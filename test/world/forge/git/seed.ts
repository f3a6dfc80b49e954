import { mkdir, readdir, rm } from "node:fs/promises";
import path from "node:path";
import { writeCommit } from "./commits";
import { moveRef } from "./refs";
import { gitAt, ZERO_SHA, type Git } from "./run";

/** Fixed, so that a seeded repository has the same commit ids on every machine. */
const SEED_TIME = Date.parse("2026-01-01T00:00:00Z") / 1000;

/** Makes an empty bare repository whose HEAD is `main`, in place of whatever was there. */
export async function createBare(dir: string): Promise<Git> {
  await rm(dir, { recursive: true, force: true });
  await mkdir(dir, { recursive: true });
  const git = gitAt(dir);
  await git.run(["init", "--bare", "--quiet", "--initial-branch=main", dir]);
  return git;
}

/** Puts the files of a folder (what its `.gitignore` names left out) on `main` as one commit and returns its id. */
export async function seedFromFolder(git: Git, from: string, owner: string): Promise<string> {
  const index = path.join(git.dir, "index-seed");
  const env = { GIT_INDEX_FILE: index };
  try {
    await git.run([`--work-tree=${path.resolve(from)}`, "add", "--all", "--", path.resolve(from)], {
      env,
    });
    const tree = (await git.run(["write-tree"], { env })).text.trim();
    const person = {
      name: owner,
      email: `${owner}@users.noreply.localhost`,
      time: SEED_TIME,
      zone: "+0000",
    };
    const sha = await writeCommit(git, {
      tree,
      parents: [],
      author: person,
      committer: person,
      message: "Initial commit",
    });
    await moveRef(git, "refs/heads/main", ZERO_SHA, sha);
    return sha;
  } finally {
    await rm(index, { force: true });
  }
}

/** Takes away the lock files and private indexes that a killed process left; nothing else may be running. */
export async function clearStaleLocks(dir: string): Promise<void> {
  const files = await readdir(dir, { recursive: true });
  const stale = files.filter(
    (file) =>
      /^index-[^/]+$/.test(file) ||
      (file.endsWith(".lock") && (file.startsWith("refs/") || !file.includes("/"))),
  );
  await Promise.all(stale.map((file) => rm(path.join(dir, file), { force: true })));
}
