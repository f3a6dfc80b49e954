import { attempt, unwrap, unwrapOrNull, type connect } from "../../api.server";
import { oneOf, text } from "../../lib/form.server";
import type { PageProblem, Refusal } from "../../lib/problem";
import { RUNNER_NAMES } from "./run-badge";
import { ORIGINS } from "./run-origins";

type Api = ReturnType<typeof connect>;
type Place = { projectId: string; id: string };

/**
 * Starts a fix, but only of the plan that the person has seen: when a newer version came in between, it is shown first.
 */
export async function startFix(
  api: Api,
  param: Place,
  form: FormData,
): Promise<{ ok: true; runId: string } | Refusal> {
  const cluster = api.fixes.projects[":projectId"].clusters[":id"];
  const newest = await unwrapOrNull(cluster.plan.$get({ param }));
  const seen = text(form, "version");
  if (newest && String(newest.version) !== seen)
    return { ok: false, problem: planMoved(newest.version) };
  const runner = oneOf(form, "runner", RUNNER_NAMES);
  const json = { runner, plan_version: seen ? Number(seen) : undefined };
  const started = await attempt(() => unwrap(cluster.start_fix.$post({ param, json })));
  return started.ok ? { ok: true, runId: started.value.job_id } : started;
}

export async function cancelRun(api: Api, projectId: string, form: FormData) {
  const param = { projectId, id: text(form, "run") };
  const { cancel } = api.fixes.projects[":projectId"].jobs[":id"];
  return attempt(() => unwrap(cancel.$post({ param })));
}

/** Lets a change without proof go: its draft pull request is opened. */
export async function openFindings(api: Api, projectId: string, form: FormData) {
  const param = { projectId, id: text(form, "run") };
  const { open_pull } = api.fixes.projects[":projectId"].jobs[":id"];
  return attempt(() => unwrap(open_pull.$post({ param })));
}

export const STEERING = [
  "pause",
  "resume",
  "take-patch",
  "redirect",
  "retry",
  "follow-up",
] as const;

/** Steers a run as its panel's forms say. Answers the run to look at next: this one, or the one that was started. */
export async function steerRun(
  api: Api,
  projectId: string,
  form: FormData,
): Promise<{ ok: true; runId: string } | Refusal> {
  const id = text(form, "run");
  const param = { projectId, id };
  const job = api.fixes.projects[":projectId"].jobs[":id"];
  const said = text(form, "text") || undefined;
  const done = await attempt(async () => {
    switch (oneOf(form, "intent", STEERING)) {
      case "pause":
        return (await unwrap(job.pause.$post({ param }))).id;
      case "redirect":
        return (await unwrap(job.redirect.$post({ param, json: { text: said ?? "" } }))).id;
      case "resume": {
        const json = { from: oneOf(form, "from", ORIGINS), text: said, limits: limitsOf(form) };
        return (await unwrap(job.resume.$post({ param, json }))).id;
      }
      case "take-patch":
        return (await unwrap(job.resume.$post({ param, json: { from: "proof" } }))).id;
      case "retry": {
        const json = { from: oneOf(form, "from", ORIGINS), text: said };
        return (await unwrap(job.retry.$post({ param, json }))).job_id;
      }
      case "follow-up":
        return (await unwrap(job.follow_up.$post({ param, json: { text: said } }))).job_id;
      case undefined:
        throw new Response(null, { status: 400 });
    }
  });
  return done.ok ? { ok: true, runId: done.value } : done;
}

/** Limits that were changed; the form has them only for those who may. */
function limitsOf(form: FormData) {
  const number = (name: string) => {
    const typed = text(form, name);
    return typed === "" || typed === text(form, `${name}_now`) ? undefined : Number(typed);
  };
  return { minutes: number("minutes"), turns: number("turns"), usd: number("usd") };
}

function planMoved(version: number): PageProblem {
  return {
    status: 409,
    code: "stale_version",
    title: "The plan has changed",
    detail: `Version ${version} is shown now. Read it, then start the fix.`,
    requestId: null,
    errors: [],
  };
}
