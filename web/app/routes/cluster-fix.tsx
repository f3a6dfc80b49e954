import { redirect, type ActionFunctionArgs, type LoaderFunctionArgs } from "@remix-run/cloudflare";
import { useActionData, useLoaderData, type ShouldRevalidateFunctionArgs } from "@remix-run/react";
import { connect, unwrap, unwrapOrNull, type RunLogPage } from "../api.server";
import { clusterMeta } from "../features/clusters/cluster-meta";
import { useCluster } from "../features/clusters/use-cluster";
import { approvePlan, makePlan, savePlan } from "../features/plans/plan-actions.server";
import { PlanCard } from "../features/plans/plan-card";
import type { PlanDraft } from "../features/plans/plan-draft";
import { useCan, useProject } from "../features/projects/use-project";
import { cancelRun, openFindings, startFix, steerRun } from "../features/runs/run-actions.server";
import { isUnderWay } from "../features/runs/run-badge";
import { RunPanel, RunPicker } from "../features/runs/run-panel";
import { StartFixForm } from "../features/runs/start-fix-form";
import { answer } from "../lib/answer.server";
import { text } from "../lib/form.server";
import type { PageProblem } from "../lib/problem";
import { Card } from "../ui/card";
import { ErrorPanel } from "../ui/error-page";
import { ProblemNotice } from "../ui/notice";

const NO_LOG: RunLogPage = { events: [], next_from: 1, ended: false };

export const meta = clusterMeta("Plan and fix");

/** The newest plan, the runs, and the evidence and the beginning of the log of the chosen run (the newest run's unless `?run=` names one). */
export async function loader({ request, context, params }: LoaderFunctionArgs) {
  const search = new URL(request.url).searchParams;
  const project = connect({ request, context }).fixes.projects[":projectId"];
  const param = { projectId: params.projectId!, id: params.clusterId! };
  const [plan, runs] = await Promise.all([
    unwrapOrNull(project.clusters[":id"].plan.$get({ param })),
    unwrap(project.jobs.$get({ param, query: { cluster_id: param.id } })),
  ]);
  const chosen = runs.items.find(({ id }) => id === search.get("run")) ?? runs.items[0] ?? null;
  if (!chosen)
    return {
      plan,
      runs: runs.items,
      run: null,
      log: NO_LOG,
      evidence: null,
      editing: search.has("edit"),
    };
  const job = project.jobs[":id"];
  const ofRun = { ...param, id: chosen.id };
  // The list does not tell what a run has used, its place in the queue, or what its reviewers say.
  const [run, log, evidence] = await Promise.all([
    unwrap(job.$get({ param: ofRun })),
    unwrap(job.logs.$get({ param: ofRun, query: { from: "1" } })),
    chosen.verdict === null ? null : unwrapOrNull(job.evidence.$get({ param: ofRun })),
  ]);
  return { plan, runs: runs.items, run, log, evidence, editing: search.has("edit") };
}

/** A change of the log's depth reads nothing new. */
export function shouldRevalidate(args: ShouldRevalidateFunctionArgs): boolean {
  const { currentUrl, nextUrl, formMethod, defaultShouldRevalidate } = args;
  const same = (name: string) =>
    currentUrl.searchParams.get(name) === nextUrl.searchParams.get(name);
  if (!formMethod && currentUrl.pathname === nextUrl.pathname && !same("log") && same("run")) {
    return !same("edit");
  }
  return defaultShouldRevalidate;
}

export async function action({ request, context, params }: ActionFunctionArgs) {
  const form = await request.formData();
  const api = connect({ request, context });
  const param = { projectId: params.projectId!, id: params.clusterId! };
  const here = `/p/${param.projectId}/clusters/${param.id}`;
  switch (text(form, "intent")) {
    case "start-fix": {
      const started = await startFix(api, param, form);
      return started.ok ? redirect(`${here}?run=${started.runId}`) : refused(started);
    }
    case "cancel": {
      const cancelled = await cancelRun(api, param.projectId, form);
      return cancelled.ok ? redirect(`${here}?run=${text(form, "run")}`) : refused(cancelled);
    }
    case "open-findings": {
      const opened = await openFindings(api, param.projectId, form);
      return opened.ok ? redirect(`${here}?run=${text(form, "run")}`) : refused(opened);
    }
    case "pause":
    case "resume":
    case "take-patch":
    case "redirect":
    case "retry":
    case "follow-up": {
      const steered = await steerRun(api, param.projectId, form);
      return steered.ok ? redirect(`${here}?run=${steered.runId}`) : refused(steered);
    }
    case "make-plan": {
      const made = await makePlan(api, param);
      return made.ok ? redirect(here) : refused(made);
    }
    case "save-plan": {
      const saved = await savePlan(api, param, form);
      return saved.ok ? redirect(here) : refused(saved);
    }
    case "approve": {
      const approved = await approvePlan(api, param, form);
      return approved.ok ? redirect(here) : refused(approved);
    }
    default:
      throw new Response(null, { status: 400 });
  }
}

export default function ClusterFix() {
  const { plan, runs, run, log, evidence, editing } = useLoaderData<typeof loader>();
  const acted = useActionData<typeof action>();
  const { cluster, base } = useCluster();
  const { project } = useProject();
  const mayStart = useCan("run:start");
  const mayApprove = useCan("plan:approve");
  const mayEdit = useCan("plan:write");
  const draft = acted?.draft;
  const live = runs.some(({ status }) => isUnderWay(status));
  // Above the runs while a fix is what is wanted; below them once there is one to look at.
  const start = live ? null : (
    <StartFixForm
      status={cluster.status}
      plan={plan}
      repository={project.github_repo}
      approvalRequired={project.approval_required}
      mayStart={mayStart}
      mayApprove={mayApprove}
      settings={`${base}/settings`}
    />
  );
  return (
    <div className="fix-page" data-run={run && run.waiting_for !== "approval" ? "" : undefined}>
      <PlanCard
        plan={plan}
        editing={editing || draft !== undefined}
        draft={draft}
        problem={acted?.problem}
        mayEdit={mayEdit}
        mayApprove={mayApprove}
        awaited={run?.waiting_for === "approval"}
      />
      <Card title="Fix" id="fix">
        {acted && !draft ? <ProblemNotice problem={acted.problem} /> : null}
        {cluster.status === "pr_opened" ? null : start}
        {runs.length > 1 && run ? <RunPicker runs={runs} selected={run.id} /> : null}
        {run ? (
          <RunPanel
            run={run}
            log={log}
            evidence={evidence}
            mayCancel={mayStart}
            mayOpen={mayApprove}
            live={live}
          />
        ) : null}
        {!run && !live ? (
          <p className="faint">No run yet. Its log appears here, live, once one has begun.</p>
        ) : null}
        {cluster.status === "pr_opened" ? start : null}
      </Card>
    </div>
  );
}

export function ErrorBoundary() {
  return <ErrorPanel />;
}

/** `draft`: what was typed, when saving a plan was refused. */
function refused(refusal: { problem: PageProblem; draft?: PlanDraft }) {
  return answer({ problem: refusal.problem, draft: refusal.draft });
}
