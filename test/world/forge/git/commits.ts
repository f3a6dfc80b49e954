import type { Git } from "./run";

/** Who and when: `time` in epoch seconds, `zone` as git writes it (`+0200`). */
export type GitPerson = { name: string; email: string; time: number; zone: string };
export type GitCommit = {
  sha: string;
  tree: string;
  parents: string[];
  author: GitPerson;
  committer: GitPerson;
  message: string;
};
export type NewCommit = Omit<GitCommit, "sha">;

/** ISO 8601 with the time zone kept, because the zone is part of a commit's id. Throws `RangeError` when it is no date. */
export function parseDate(text: string): { time: number; zone: string } {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new RangeError(`not a date: ${text}`);
  const zone = /([+-])(\d{2}):?(\d{2})$/.exec(text);
  return {
    time: Math.floor(ms / 1000),
    zone: zone && text.includes("T") ? `${zone[1]}${zone[2]}${zone[3]}` : "+0000",
  };
}

/** Names and addresses lose what git would take for structure (git-commit-tree(1), "crud" characters). */
function personLine(person: GitPerson): string {
  // oxlint-disable-next-line no-control-regex -- control characters would end the header line
  const clean = (text: string) => text.replace(/[<>\u0000-\u001f]/g, "").trim();
  return `${clean(person.name)} <${clean(person.email)}> ${person.time} ${person.zone}`;
}

/**
 * Stores a commit and returns its id. The bytes are those GitHub writes for the same input: the message as it came,
 * without an added line end, so that the ids agree. Tree and parents must exist (the caller checks).
 */
export async function writeCommit(git: Git, commit: NewCommit): Promise<string> {
  const lines = [
    `tree ${commit.tree}`,
    ...commit.parents.map((parent) => `parent ${parent}`),
    `author ${personLine(commit.author)}`,
    `committer ${personLine(commit.committer)}`,
  ];
  const message = commit.message.replaceAll("\0", "");
  const { text } = await git.run(["hash-object", "-t", "commit", "-w", "--stdin"], {
    input: `${lines.join("\n")}\n\n${message}`,
  });
  return text.trim();
}

function parsePerson(line: string): GitPerson {
  const match = /^(.*?) ?<([^>]*)> (-?\d+) ([+-]\d{4})$/.exec(line);
  return {
    name: match?.[1] ?? "",
    email: match?.[2] ?? "",
    time: Number(match?.[3] ?? 0),
    zone: match?.[4] ?? "+0000",
  };
}

function parseCommit(sha: string, raw: string): GitCommit {
  const end = raw.indexOf("\n\n");
  const head = end < 0 ? raw : raw.slice(0, end);
  const commit: GitCommit = {
    sha,
    tree: "",
    parents: [],
    author: parsePerson(""),
    committer: parsePerson(""),
    message: end < 0 ? "" : raw.slice(end + 2),
  };
  for (const line of head.split("\n")) {
    const space = line.indexOf(" ");
    const value = line.slice(space + 1);
    const key = line.slice(0, space);
    if (key === "tree") commit.tree = value;
    else if (key === "parent") commit.parents.push(value);
    else if (key === "author") commit.author = parsePerson(value);
    else if (key === "committer") commit.committer = parsePerson(value);
  }
  return commit;
}

/** The commits with these full ids, in the same order; ids that are no commit are left out. One git process. */
export async function readCommits(git: Git, shas: string[]): Promise<GitCommit[]> {
  if (shas.length === 0) return [];
  const { stdout } = await git.run(["cat-file", "--batch"], { input: `${shas.join("\n")}\n` });
  const commits: GitCommit[] = [];
  let at = 0;
  while (at < stdout.length) {
    const lineEnd = stdout.indexOf(10, at);
    if (lineEnd < 0) break;
    const [sha = "", type, size] = stdout.toString("utf8", at, lineEnd).split(" ");
    at = lineEnd + 1;
    if (size === undefined) continue;
    const end = at + Number(size);
    if (type === "commit") commits.push(parseCommit(sha, stdout.toString("utf8", at, end)));
    at = end + 1;
  }
  return commits;
}

/** One commit by its full id, or null when there is no such commit. */
export async function readCommit(git: Git, sha: string): Promise<GitCommit | null> {
  return (await readCommits(git, [sha]))[0] ?? null;
}

export type HistoryQuery = {
  from: string;
  not?: string;
  path?: string;
  skip?: number;
  max?: number;
};

/** Ids of the commits reachable from `from` and not from `not`, newest first, optionally only those touching `path`. */
export async function listHistory(git: Git, query: HistoryQuery): Promise<string[]> {
  const args = ["rev-list", "--topo-order"];
  if (query.skip) args.push(`--skip=${query.skip}`);
  if (query.max !== undefined) args.push(`--max-count=${query.max}`);
  args.push(query.from);
  if (query.not) args.push(`^${query.not}`);
  args.push("--");
  if (query.path) args.push(query.path);
  const { text } = await git.run(args);
  return text.split("\n").filter((line) => line !== "");
}
