import { Hono } from "hono";
import { z } from "zod";
import { notFound, unprocessable } from "../errors";
import { iso, isoOrNull, nodeId, type Forge, type Json } from "../forge";
import { readCommit } from "../git/commits";
import { isSha } from "../git/names";
import { idOf, readBody, requirePush, type ForgeEnv } from "../http";
import type { CheckRunRecord, RepoState } from "../state";
import { isPull } from "../verbs/issues";
import { apiUrl, htmlUrl } from "../views";

const conclusion = z.enum([
  "action_required",
  "cancelled",
  "failure",
  "neutral",
  "success",
  "skipped",
  "timed_out",
]);
const checkRunFields = z.object({
  name: z.string().min(1).optional(),
  status: z.enum(["queued", "in_progress", "completed"]).optional(),
  conclusion: conclusion.optional(),
  external_id: z.string().optional(),
  details_url: z.url({ protocol: /^https?$/ }).optional(),
  started_at: z.iso.datetime({ offset: true }).optional(),
  completed_at: z.iso.datetime({ offset: true }).optional(),
  output: z
    .object({ title: z.string(), summary: z.string(), text: z.string().nullish() })
    .optional(),
});
const newCheckRun = checkRunFields.extend({ name: z.string().min(1), head_sha: z.string() });

/** Check runs, without annotations; each is a suite of its own. */
export function checkRunRoutes(forge: Forge): Hono<ForgeEnv> {
  return new Hono<ForgeEnv>()
    .post("/check-runs", async (c) => {
      const repo = c.get("repo");
      const login = requirePush(c);
      const body = await readBody(c, newCheckRun);
      const known = isSha(body.head_sha) && (await readCommit(forge.git(repo), body.head_sha));
      if (!known) throw unprocessable(`No commit found for SHA: ${body.head_sha}`);
      const run = await addCheckRun(forge, repo, body, login.login);
      return c.json(checkRunView(forge, repo, run), 201);
    })
    .get("/check-runs/:id", (c) => {
      const run = c.get("repo").checkRuns.find((one) => one.id === idOf(c, "id"));
      if (!run) throw notFound();
      return c.json(checkRunView(forge, c.get("repo"), run));
    })
    .patch("/check-runs/:id", async (c) => {
      const repo = c.get("repo");
      const login = requirePush(c);
      const run = repo.checkRuns.find((one) => one.id === idOf(c, "id"));
      if (!run) throw notFound();
      const before = run.status;
      change(run, await readBody(c, checkRunFields), forge.now());
      if (run.status === "completed" && before !== "completed") {
        await announce(forge, repo, run, "completed", login.login);
      }
      await forge.commit();
      return c.json(checkRunView(forge, repo, run));
    });
}

/** Adds a check run, announces and saves it. */
export async function addCheckRun(
  forge: Forge,
  repo: RepoState,
  body: z.output<typeof newCheckRun>,
  sender: string,
): Promise<CheckRunRecord> {
  const run: CheckRunRecord = {
    id: forge.nextId(),
    name: body.name,
    headSha: body.head_sha,
    status: "queued",
    conclusion: null,
    externalId: "",
    detailsUrl: null,
    startedAt: forge.now(),
    completedAt: null,
    output: { title: null, summary: null, text: null },
  };
  change(run, body, forge.now());
  repo.checkRuns.push(run);
  await announce(forge, repo, run, "created", sender);
  if (run.status === "completed") await announce(forge, repo, run, "completed", sender);
  await forge.commit();
  return run;
}

/** A conclusion completes a run, as GitHub has it; a completed run without one gets `neutral`. */
function change(run: CheckRunRecord, body: z.output<typeof checkRunFields>, now: number): void {
  run.name = body.name ?? run.name;
  run.status = body.conclusion ? "completed" : (body.status ?? run.status);
  run.conclusion = body.conclusion ?? run.conclusion;
  run.externalId = body.external_id ?? run.externalId;
  run.detailsUrl = body.details_url ?? run.detailsUrl;
  if (body.started_at) run.startedAt = Date.parse(body.started_at);
  if (body.output) run.output = { ...body.output, text: body.output.text ?? null };
  if (run.status !== "completed") {
    run.conclusion = null;
    run.completedAt = null;
    return;
  }
  run.conclusion ??= "neutral";
  run.completedAt = body.completed_at ? Date.parse(body.completed_at) : (run.completedAt ?? now);
}

async function announce(
  forge: Forge,
  repo: RepoState,
  run: CheckRunRecord,
  action: string,
  sender: string,
): Promise<void> {
  const view = () => checkRunView(forge, repo, run);
  await forge.announce(repo, "check_run", sender, () => ({ action, check_run: view() }));
  if (action !== "completed") return;
  // A suite has just this one run here, and is done with it.
  await forge.announce(repo, "check_suite", sender, () => ({
    action,
    check_suite: suiteView(view()),
  }));
}

function suiteView({ id, head_sha, status, conclusion, pull_requests, completed_at }: Json): Json {
  const app = { name: "Played checks" };
  return { id, head_sha, status, conclusion, app, pull_requests, updated_at: completed_at };
}

function checkRunView(forge: Forge, repo: RepoState, run: CheckRunRecord): Json {
  const url = `${apiUrl(forge, repo)}/check-runs/${run.id}`;
  const pulls = repo.issues
    .filter(isPull)
    .filter((one) => one.state === "open" && one.pull.head.sha === run.headSha);
  return {
    id: run.id,
    name: run.name,
    node_id: nodeId("CheckRun", run.id),
    head_sha: run.headSha,
    external_id: run.externalId,
    url,
    html_url: `${htmlUrl(forge, repo)}/commit/${run.headSha}`,
    details_url: run.detailsUrl,
    status: run.status,
    conclusion: run.conclusion,
    started_at: iso(run.startedAt),
    completed_at: isoOrNull(run.completedAt),
    output: { ...run.output, annotations_count: 0, annotations_url: `${url}/annotations` },
    check_suite: { id: run.id, head_sha: run.headSha, pull_requests: [] },
    app: null,
    pull_requests: pulls.map(({ number, pull }) => ({
      id: pull.id,
      number,
      url: `${apiUrl(forge, repo)}/pulls/${number}`,
      head: { ref: pull.head.ref, sha: pull.head.sha },
      base: { ref: pull.base.ref, sha: pull.base.sha },
    })),
  };
}

/** The newest run of each name at a commit. */
export function checkRunsOf(forge: Forge, repo: RepoState, sha: string, name?: string): Json {
  const last = new Map<string, CheckRunRecord>();
  for (const run of repo.checkRuns) {
    if (run.headSha === sha && (name === undefined || run.name === name)) last.set(run.name, run);
  }
  const runs = [...last.values()].map((run) => checkRunView(forge, repo, run));
  return { total_count: runs.length, check_runs: runs };
}
