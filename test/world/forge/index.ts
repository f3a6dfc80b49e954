import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { createStandIn, listen, type RunningStandIn, type StandIn } from "../stand-in";
import { createForgeApp } from "./app";
import type { Forge, Json, Login, Permission } from "./forge";
import { isSafeRepoName } from "./git/names";
import { gitAt } from "./git/run";
import { clearStaleLocks, createBare, seedFromFolder } from "./git/seed";
import { createHooks } from "./hooks";
import { createQueues } from "./queue";
import { createSaver, emptyState, loadState, newRepo, type ForgeState } from "./state";
import { recoverMerges } from "./verbs/pulls";
import { repoView, userView } from "./views";

export type ForgeSeed = {
  owner: string;
  name: string;
  /** A folder; its files become the first commit on `main`. */
  from: string;
};
export type ForgeLogin = {
  login: string;
  /** Without one the login exists (as author, reviewer, collaborator) and cannot call. */
  token?: string;
  /** On every repository. Default `read`. */
  permission?: Permission;
  type?: "User" | "Bot";
  name?: string;
  email?: string;
};
export type ForgeOptions = {
  /** Holds `state.json` and the bare repositories under `git/`; what is there from an earlier start is kept. */
  dir: string;
  /** 0, the default, takes a free one. */
  port?: number;
  /** The token of the user `soulcaster`, who may administer every repository. */
  token: string;
  seed?: ForgeSeed[];
  /** Who else there is, besides each owner of a seed (permission `admin`, no token). */
  logins?: ForgeLogin[];
  /** Epoch milliseconds; the machine's clock by default. */
  now?: () => number;
  /** Waits before each further attempt at a webhook whose target cannot be reached or answers 5xx. */
  retryDelaysMs?: number[];
};

const RETRY_DELAYS_MS = [500, 1000, 2000, 4000, 8000, 15_000, 30_000];
const RESERVED_OWNERS = ["repos", "user", "users", "graphql", "rate_limit", "avatars", "__world"];

/**
 * Starts a played GitHub on 127.0.0.1: REST as octokit speaks it (`baseUrl` is the returned `url`), git over HTTP,
 * webhooks, and pages for people. Rejects when the port is taken or a seed's name is not usable.
 */
export async function startForge(
  options: ForgeOptions,
): Promise<RunningStandIn & { standIn: StandIn }> {
  const gitRoot = path.join(path.resolve(options.dir), "git");
  const stateFile = path.join(path.resolve(options.dir), "state.json");
  const seeds = options.seed ?? [];
  seeds.forEach(checkName);
  const now = options.now ?? Date.now;
  const logins = listLogins(options);
  let state: ForgeState = emptyState();
  let origin = "";
  const save = createSaver(stateFile, () => state);
  const inLine = createQueues();
  const repoDir = (owner: string, name: string) => path.join(gitRoot, owner, `${name}.git`);
  const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

  function nextId(): number {
    state.nextId += 1;
    return state.nextId;
  }

  const retryDelaysMs = options.retryDelaysMs ?? RETRY_DELAYS_MS;
  const hooks = createHooks({ repos: () => state.repos, save, now, nextId, retryDelaysMs });

  const forge: Forge = {
    get origin() {
      return origin;
    },
    get state() {
      return state;
    },
    get settings() {
      return state.settings;
    },
    logins,
    gitRoot,
    now,
    nextId,
    git: (repo) => gitAt(repoDir(repo.owner, repo.name)),
    findRepo: (owner, name) =>
      state.repos.find((repo) => same(repo.owner, owner) && same(repo.name, name)),
    findLogin: (login) => logins.find((one) => same(one.login, login)),
    inRepo: (repo, work) => inLine(`${repo.owner}/${repo.name}`, work),
    async announce(repo, event, sender, makePayload, only) {
      const wanted = repo.hooks.filter((hook) =>
        only === undefined
          ? hook.active && (hook.events.includes(event) || hook.events.includes("*"))
          : hook.id === only,
      );
      if (wanted.length === 0) return;
      const payload: Json = {
        ...(await makePayload()),
        repository: repoView(forge, repo),
        sender: userView(forge, sender),
      };
      const text = JSON.stringify(payload);
      for (const hook of wanted) hooks.enqueue(repo, hook, event, text);
    },
    redeliver: (repo, delivery) => hooks.redeliver(repo, delivery),
    async commit() {
      await save();
      hooks.deliver();
    },
  };

  async function addSeed(seed: ForgeSeed): Promise<void> {
    const git = await createBare(repoDir(seed.owner, seed.name));
    await seedFromFolder(git, seed.from, seed.owner);
    state.repos.push(newRepo(seed, nextId(), now()));
    await save();
  }

  /** Waits until nothing is being written any more. */
  async function settle(): Promise<void> {
    await hooks.stop();
    await Promise.all(state.repos.map((repo) => forge.inRepo(repo, async () => {})));
    await save();
  }

  /** The state file goes first and comes last: killed in between, the next start seeds afresh. */
  async function seedAfresh(): Promise<void> {
    await settle();
    await rm(stateFile, { force: true });
    await rm(gitRoot, { recursive: true, force: true });
    await mkdir(gitRoot, { recursive: true });
    state = emptyState();
    for (const seed of seeds) await addSeed(seed);
  }

  async function open(): Promise<void> {
    const known = await loadState(stateFile);
    if (!known) return seedAfresh();
    state = known;
    for (const repo of state.repos) {
      await clearStaleLocks(repoDir(repo.owner, repo.name));
      await recoverMerges(forge, repo);
    }
    for (const seed of seeds) if (!forge.findRepo(seed.owner, seed.name)) await addSeed(seed);
  }

  const app = createForgeApp(forge);
  const standIn = createStandIn(async () => {
    app.limits.reset();
    await seedAfresh();
  });
  let opened = (): void => {};
  const ready = new Promise<void>((resolve) => {
    opened = resolve;
  });
  standIn.app.use("*", async function waitUntilOpen(_c, next) {
    await ready;
    await next();
  });
  standIn.app.route("/", app.routes);
  standIn.app.notFound((c) =>
    c.json({ message: "Not Found", documentation_url: "https://docs.github.com/rest" }, 404),
  );
  // The port first: it says that no other process has this forge open, and addresses in events need it.
  const running = await listen(standIn.app, options.port);
  origin = running.url;
  try {
    await open();
  } catch (error) {
    await running.stop();
    throw error;
  }
  opened();
  hooks.deliver();
  return {
    ...running,
    standIn,
    async stop() {
      await running.stop();
      await settle();
    },
  };
}

function checkName({ owner, name }: ForgeSeed): void {
  const usable = isSafeRepoName(owner) && isSafeRepoName(name);
  if (!usable || RESERVED_OWNERS.includes(owner)) throw new Error(`bad name: ${owner}/${name}`);
}

function listLogins(options: ForgeOptions): Login[] {
  const given: ForgeLogin[] = [
    { login: "soulcaster", token: options.token, permission: "admin" },
    ...(options.logins ?? []),
    ...(options.seed ?? []).map(({ owner }) => ({ login: owner, permission: "admin" as const })),
  ];
  const first = given.filter(
    (one, index) => given.findIndex((other) => other.login === one.login) === index,
  );
  return first.map((one, index) => ({
    id: 101 + index,
    login: one.login,
    name: one.name ?? one.login,
    email: one.email ?? `${one.login}@users.noreply.localhost`,
    type: one.type ?? "User",
    permission: one.permission ?? "read",
    token: one.token ?? null,
  }));
}
