import { env } from "cloudflare:workers";
import type { ClusterListItem } from "../../worker/triage/views";
import type { RunEventView, RunLogPage, RunView } from "../../worker/fix/views";
import type { Fault } from "../world/stand-in";
import type { RunnerName } from "../../worker/domain/run";
import { stackText, type CrashBug } from "../world/story/bugs";
import { call, makeProject, untilClustered, type TestProject } from "./api";

const REPO = "repos/acme/orders";

/** A report as a person writes it who has the log at hand. */
export function crashReport(
  bug: CrashBug,
  title = `Crash: ${bug}`,
): { title: string; body: string } {
  return { title, body: `The shop shows an error page.\n\n${stackText(bug)}` };
}

/** Forgets what the played forge, sandboxes and model hold: each test begins with the seeded repository and no script. */
export async function freshWorld(): Promise<void> {
  const { forge, sandbox, model } = env.WORLD;
  await Promise.all(
    [forge, sandbox, model].map((one) => fetch(`${one}/__world/reset`, { method: "POST" })),
  );
}

/** A project whose plans need no approval and whose test command takes no time, if the test does not say otherwise. */
export function makeFixProject(
  project: Record<string, unknown> = {},
  email?: string,
): Promise<TestProject> {
  return makeProject(email, { approval_required: false, test_command: "true", ...project });
}

/** Reports something, waits for the brain, and answers the cluster that it is in. */
export async function clusterOf(
  project: TestProject,
  report: { title: string; body: string },
): Promise<string> {
  const added = await call("POST", "/ingest/manual", { token: project.token, body: report });
  const { id } = added.json as unknown as { id: string };
  await call("POST", "/cluster-jobs", { token: project.token });
  await untilClustered(project);
  const item = await call("GET", `/feedback/${id}`, { token: project.token });
  return (item.json as unknown as { cluster_id: string }).cluster_id;
}

export type ClusterFacts = ClusterListItem & {
  github_branch: string | null;
  github_pr_url: string | null;
  error_message: string | null;
};

export async function readCluster(project: TestProject, id: string): Promise<ClusterFacts> {
  const { json } = await call("GET", `/clusters/${id}`, { token: project.token });
  return json as unknown as ClusterFacts;
}

export async function press(
  project: TestProject,
  clusterId: string,
  runner: RunnerName = "repair_rules",
): Promise<string> {
  const answer = await call("POST", `/clusters/${clusterId}/start_fix`, {
    token: project.token,
    body: { runner },
  });
  if (answer.status !== 202) throw new Error(`start_fix answered ${answer.status}: ${answer.text}`);
  return (answer.json as unknown as { job_id: string }).job_id;
}

export async function readRun(project: TestProject, id: string): Promise<RunView> {
  const { json, status, text } = await call("GET", `/jobs/${id}`, { token: project.token });
  if (status !== 200) throw new Error(`GET /jobs/${id} answered ${status}: ${text}`);
  return json as unknown as RunView;
}

/** Waits until a run is in one of the statuses, by default an end; throws with its log when it takes longer than `limitMs`. */
export async function untilRun(
  project: TestProject,
  id: string,
  statuses: RunView["status"][] = ["succeeded", "failed", "cancelled"],
  limitMs = 45_000,
): Promise<RunView> {
  const until = Date.now() + limitMs;
  for (;;) {
    const run = await readRun(project, id);
    if (statuses.includes(run.status)) return run;
    if (Date.now() > until) throw new Error(`The run is ${run.status} still.\n${run.logs}`);
    await pause(50);
  }
}

/** Waits for something that another part of the system does on its own. */
export async function until(
  what: string,
  isSo: () => Promise<boolean>,
  limitMs = 15_000,
): Promise<void> {
  const end = Date.now() + limitMs;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`This did not happen in time: ${what}.`);
    await pause(50);
  }
}

export async function logPage(project: TestProject, id: string, from: number): Promise<RunLogPage> {
  const { json } = await call("GET", `/jobs/${id}/logs?from=${from}`, { token: project.token });
  return json as unknown as RunLogPage;
}

/** The whole log of a run, by pages. */
export async function wholeLog(project: TestProject, id: string): Promise<RunEventView[]> {
  const events: RunEventView[] = [];
  for (let from = 1; ;) {
    const page = await logPage(project, id, from);
    events.push(...page.events);
    if (page.ended || page.events.length === 0) return events;
    from = page.next_from;
  }
}

export type ForgePull = {
  number: number;
  title: string;
  body: string;
  draft: boolean;
  html_url: string;
  head: { ref: string; sha: string };
  base: { ref: string };
};

export async function pullsOf(): Promise<ForgePull[]> {
  return askForge<ForgePull[]>(`${REPO}/pulls?state=all`);
}

export async function filesOf(pull: number): Promise<{ filename: string; patch: string }[]> {
  return askForge(`${REPO}/pulls/${pull}/files`);
}

export async function branchesOf(): Promise<string[]> {
  const branches = await askForge<{ name: string }[]>(`${REPO}/branches`);
  return branches.map((branch) => branch.name);
}

/** The last commit of a branch, as the forge tells it. */
export async function commitsOf(branch: string): Promise<{ sha: string }[]> {
  return askForge(`${REPO}/commits?sha=${encodeURIComponent(branch)}`);
}

async function askForge<T>(path: string): Promise<T> {
  const response = await fetch(`${env.WORLD.forge}/${path}`, {
    headers: { authorization: `Bearer ${env.WORLD.forgeToken}`, "user-agent": "tests" },
  });
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return (await response.json()) as T;
}

export async function forgeFault(fault: Fault): Promise<void> {
  await postJson(`${env.WORLD.forge}/__world/faults`, fault);
}

export async function forgeSettings(settings: Record<string, unknown>): Promise<void> {
  await postJson(`${env.WORLD.forge}/__world/forge`, settings);
}

async function postJson(url: string, body: unknown): Promise<void> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
}

/** The ids of the sandboxes that live and belong to a run. */
export async function sandboxesOf(runId: string): Promise<string[]> {
  const response = await fetch(`${env.WORLD.sandbox}/__world/sandboxes`);
  const all = (await response.json()) as { sandboxID: string; metadata: { runId?: string } }[];
  return all.filter((one) => one.metadata.runId === runId).map((one) => one.sandboxID);
}

export async function killSandbox(id: string): Promise<void> {
  const headers = { "x-api-key": env.WORLD.sandboxKey };
  await fetch(`${env.WORLD.sandbox}/sandboxes/${id}`, { method: "DELETE", headers });
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** A cluster whose run has opened a pull request, written straight into the tables: no sandbox, no forge. */
export async function withPull(
  project: TestProject,
  { clusterId, number, attempt = 1 }: { clusterId?: string; number: number; attempt?: number },
): Promise<{
  clusterId: string;
  runId: string;
  pull: Pick<ForgePull, "number" | "head" | "html_url">;
}> {
  const id = clusterId ?? (await clusterOf(project, crashReport("coupon")));
  const runId = crypto.randomUUID();
  const branch = `soulcaster/cluster-${id}${attempt > 1 ? `-r${attempt}` : ""}`;
  const url = `${env.WORLD.forge}/acme/orders/pull/${number}`;
  const sha = "a".repeat(40);
  const now = Date.now();
  await env.DB.batch([
    env.DB.prepare(
      "INSERT INTO runs (id, project_id, cluster_id, plan_id, runner, status, attempt, started_by, base_sha, branch, head_sha, pr_url, pr_number, pr_state, heartbeat_at, created_at, updated_at, finished_at) " +
        "VALUES (?, ?, ?, 'none', 'repair_rules', 'succeeded', ?, 'test', ?, ?, ?, ?, ?, 'open', ?, ?, ?, ?)",
    ).bind(
      runId,
      project.projectId,
      id,
      attempt,
      sha,
      branch,
      sha,
      url,
      number,
      now,
      now,
      now,
      now,
    ),
    env.DB.prepare(
      "UPDATE clusters SET status = 'pr_opened', github_branch = ?, github_pr_url = ?, github_pr_number = ? WHERE id = ?",
    ).bind(branch, url, number, id),
  ]);
  return { clusterId: id, runId, pull: { number, html_url: url, head: { ref: branch, sha } } };
}
