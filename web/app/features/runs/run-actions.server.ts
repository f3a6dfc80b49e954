import { attempt, unwrap, unwrapOrNull, type connect } from "../../api.server";
import { oneOf, text } from "../../lib/form.server";
import type { PageProblem, Refusal } from "../../lib/problem";
import { RUNNER_NAMES } from "./run-badge";

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
