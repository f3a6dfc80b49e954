import { mkdir, open, readFile, rename } from "node:fs/promises";
import path from "node:path";

/** All times are epoch milliseconds; people are named by login; ids are unique over the whole forge. */
export type PullRecord = {
  id: number;
  draft: boolean;
  head: { ref: string; sha: string };
  base: { ref: string; sha: string };
  mergedAt: number | null;
  mergedBy: string | null;
  mergeCommitSha: string | null;
  /** Set before the base branch is moved, so that a killed process knows what it was about to do. */
  pendingMerge: { sha: string; by: string } | null;
  requestedReviewers: string[];
};
export type IssueRecord = {
  id: number;
  number: number;
  title: string;
  body: string | null;
  user: string;
  state: "open" | "closed";
  stateReason: "completed" | "not_planned" | "duplicate" | "reopened" | null;
  labels: string[];
  assignees: string[];
  createdAt: number;
  updatedAt: number;
  closedAt: number | null;
  closedBy: string | null;
  pull: PullRecord | null;
};
/** An issue that is known to be a pull request. */
export type PullIssue = IssueRecord & { pull: PullRecord };

export type CommentRecord = {
  id: number;
  issue: number;
  user: string;
  body: string;
  createdAt: number;
  updatedAt: number;
};
export type ReviewState = "APPROVED" | "CHANGES_REQUESTED" | "COMMENTED" | "DISMISSED";
export type ReviewRecord = {
  id: number;
  pull: number;
  user: string;
  body: string;
  state: ReviewState;
  commit: string;
  submittedAt: number;
  comments: { id: number; path: string; line: number | null; body: string }[];
};
export type LabelRecord = { id: number; name: string; color: string; description: string | null };
export type StatusRecord = {
  id: number;
  sha: string;
  state: "error" | "failure" | "pending" | "success";
  context: string;
  description: string | null;
  targetUrl: string | null;
  creator: string;
  createdAt: number;
};
export type CheckRunRecord = {
  id: number;
  name: string;
  headSha: string;
  status: "queued" | "in_progress" | "completed";
  conclusion: string | null;
  externalId: string;
  detailsUrl: string | null;
  startedAt: number;
  completedAt: number | null;
  output: { title: string | null; summary: string | null; text: string | null };
};
export type HookRecord = {
  id: number;
  active: boolean;
  events: string[];
  url: string;
  contentType: "json" | "form";
  secret: string | null;
  createdAt: number;
  updatedAt: number;
};
/** One attempt to deliver one event. `pending` ones are the outbox: they survive a kill and are sent on the next start. */
export type DeliveryRecord = {
  id: number;
  guid: string;
  hook: number;
  event: string;
  action: string | null;
  payload: string;
  attempt: number;
  redelivery: boolean;
  pending: boolean;
  /** A pending one is not sent before this time. */
  dueAt: number;
  deliveredAt: number;
  durationSeconds: number;
  status: string;
  statusCode: number;
  requestHeaders: Record<string, string>;
  responseHeaders: Record<string, string>;
  responseBody: string;
};
export type RepoState = {
  id: number;
  owner: string;
  name: string;
  defaultBranch: string;
  createdAt: number;
  pushedAt: number;
  nextNumber: number;
  issues: IssueRecord[];
  comments: CommentRecord[];
  reviews: ReviewRecord[];
  labels: LabelRecord[];
  statuses: StatusRecord[];
  checkRuns: CheckRunRecord[];
  hooks: HookRecord[];
  deliveries: DeliveryRecord[];
};
export type ForgeSettings = {
  /** False plays a plan without draft pull requests: creating one is a 422. */
  draftSupported: boolean;
  /** How many requests each token has in an hour. */
  rateLimit: number;
  /** A recursive tree with more entries than this is cut and says `truncated: true`. */
  treeLimit: number;
};
export type ForgeState = {
  version: 1;
  nextId: number;
  settings: ForgeSettings;
  repos: RepoState[];
};

/** A forge with no repository. */
export function emptyState(): ForgeState {
  return {
    version: 1,
    nextId: 1000,
    settings: { draftSupported: true, rateLimit: 5000, treeLimit: 100_000 },
    repos: [],
  };
}

/** Reads the state file; null when there is none. Rejects when it is of another version or damaged. */
export async function loadState(file: string): Promise<ForgeState | null> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
  const state = JSON.parse(text) as ForgeState;
  if (state.version !== 1) throw new Error(`forge state of version ${String(state.version)}`);
  return state;
}

/**
 * Writes the state so that a reader sees the old file or the new one and never a part: into a file beside it, synced,
 * then renamed. Calls that come while one write runs are answered together by the next.
 */
export function createSaver(file: string, current: () => ForgeState): () => Promise<void> {
  let running: Promise<void> | null = null;
  let next: Promise<void> | null = null;

  async function write(): Promise<void> {
    await mkdir(path.dirname(file), { recursive: true });
    const beside = `${file}.new`;
    const handle = await open(beside, "w");
    try {
      await handle.writeFile(JSON.stringify(current()));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(beside, file);
  }

  function start(): Promise<void> {
    const work = write().finally(() => {
      if (running === work) running = null;
    });
    running = work;
    return work;
  }

  return function save(): Promise<void> {
    if (!running) return start();
    next ??= running
      .catch(() => {})
      .then(() => {
        next = null;
        return start();
      });
    return next;
  };
}

/** A repository with nothing in it but what its git has. */
export function newRepo(
  { owner, name }: { owner: string; name: string },
  id: number,
  now: number,
): RepoState {
  return {
    id,
    owner,
    name,
    defaultBranch: "main",
    createdAt: now,
    pushedAt: now,
    nextNumber: 1,
    issues: [],
    comments: [],
    reviews: [],
    labels: [],
    statuses: [],
    checkRuns: [],
    hooks: [],
    deliveries: [],
  };
}
