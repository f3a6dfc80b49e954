import type { Evidence } from "../../domain/evidence";
import { findCluster } from "../../store/clusters";
import { runBatch } from "../../store/db";
import { updateRun } from "../../store/runs";
import { findUser } from "../../store/users";
import { ForeignError } from "../../kit/foreign-error";
import { logFailure } from "../../kit/log";
import { endRun } from "../end-run";
import { DraftRefused, type FileChange, type PullRequest } from "../forge/forge";
import { readFile } from "./collect";
import { RunFailure, type RunContext } from "./context";
import { followUpText } from "./follow-up-text";
import { pullBody, pullTitle } from "./pull-text";

/**
 * The Worker, never the sandbox, writes to the code host: blobs, tree, commit, branch. What it writes are the files that were
 * proven. A retry gives the same commit.
 */
export async function commitChanges(context: RunContext): Promise<null> {
  const { deps, run, project } = context;
  const files: FileChange[] = [];
  for (const file of evidenceOf(context).files) {
    const gone = file.status === "deleted";
    const content = gone ? null : await readFile(context, file);
    files.push({ path: file.path, mode: gone ? "100644" : file.mode, content });
  }
  const cluster = await findCluster(deps.db, run.projectId, run.clusterId);
  const title = pullTitle(cluster?.title ?? "problem");
  const headSha = await onBranch(context, () =>
    deps.forgeOf(project).commit({
      baseSha: run.baseSha!,
      ...(run.followUp ? { parentSha: run.followUp.headSha } : {}),
      branch: run.branch!,
      message: `${title}\n\nSoulcaster run ${run.id}`,
      at: run.createdAt,
      changes: files,
    }),
  );
  await runBatch(deps.db, [updateRun(deps.db, run.projectId, run.id, { headSha })]);
  await context.say({
    kind: "stage",
    key: "commit",
    text: `Committed ${headSha.slice(0, 7)} on ${run.branch}.`,
  });
  return null;
}

/** Opens the draft pull request, or finds the one that an earlier try has opened, and ends the run. */
export async function openPull(context: RunContext): Promise<null> {
  const { deps, run, who } = context;
  const pull = await openDraft(context);
  if (run.followUp) await tellReviewers(context, pull.number);
  else await askReview(context, pull);
  await endRun(deps, who, run, {
    status: "succeeded",
    prUrl: pull.url,
    prNumber: pull.number,
    branch: run.branch!,
    headSha: run.headSha!,
  });
  return null;
}

/** Asks the review bot that the project names. One that cannot be asked is no reason to fail: the log says so. */
async function askReview(context: RunContext, pull: PullRequest): Promise<void> {
  const { deps, project, run } = context;
  const ask = project.settings.review_request;
  if (!ask) return;
  const whom = "reviewer" in ask ? ask.reviewer : "the review bot";
  try {
    await deps.forgeOf(project).askReview(pull, ask);
    await context.say({ kind: "stage", key: "ask-review", text: `Asked ${whom} for a review.` });
  } catch (error) {
    logFailure("review_request_failed", error, { run_id: run.id });
    const text = `The code host did not let us ask ${whom} for a review.`;
    await context.say({ kind: "info", key: "ask-review", text });
  }
}

async function openDraft(context: RunContext): Promise<PullRequest> {
  const { deps, run, project, plan } = context;
  const evidence = evidenceOf(context);
  const cluster = await findCluster(deps.db, run.projectId, run.clusterId);
  if (!cluster) throw new RunFailure("The cluster of this run is gone.");
  const log = deps.runLog(run.id);
  const [spentMicroUsd, tokens, model, approvedBy, openedBy] = await Promise.all([
    log.spent(),
    log.tokens(),
    run.runner === "repair_rules" ? null : (deps.modelFor(project, "code", run.id)?.name ?? null),
    nameOf(context, plan.approvedBy),
    nameOf(context, run.openedBy),
  ]);
  const body = pullBody({
    clusterTitle: cluster.title,
    clusterUrl: deps.clusterUrl(run.projectId, run.clusterId),
    itemCount: cluster.itemCount,
    bySource: cluster.sourceCounts,
    regressedPrUrl: cluster.regressedPrUrl,
    plan: { ...plan.content, version: plan.version },
    approvedBy,
    openedBy,
    guidance: run.guidance,
    evidence,
    runId: run.id,
    runner: run.runner,
    model,
    tokens,
    seconds: Math.round((deps.clock() - run.createdAt) / 1000),
    spentMicroUsd,
  });
  const title = pullTitle(cluster.title);
  const base = evidence.baseBranch;
  try {
    return await permanent(() =>
      deps.forgeOf(project).openDraft({ branch: run.branch!, base, title, body }),
    );
  } catch (error) {
    if (!(error instanceof DraftRefused)) throw error;
    throw new RunFailure(
      `This repository does not support draft pull requests. The branch is pushed; compare it at ${error.compareUrl}`,
    );
  }
}

/** A follow-up comes after what the branch had when it was started; what came in between is not overwritten. */
async function onBranch(context: RunContext, commit: () => Promise<string>): Promise<string> {
  const { deps, run, project } = context;
  try {
    return await permanent(commit);
  } catch (error) {
    const { followUp } = run;
    if (!followUp || !(error instanceof RunFailure)) throw error;
    if ((await deps.forgeOf(project).headOf(run.branch!)) === followUp.headSha) throw error;
    throw new RunFailure(
      `Somebody has pushed to ${run.branch} since this run was started. Follow up again: it begins with what is there now.`,
    );
  }
}

/** Says on the pull request what a follow-up has done, once. */
async function tellReviewers(context: RunContext, number: number): Promise<void> {
  const { deps, run, project } = context;
  const spentMicroUsd = await deps.runLog(run.id).spent();
  const body = followUpText({
    followUp: run.followUp!,
    guidance: run.guidance,
    evidence: evidenceOf(context),
    headSha: run.headSha!,
    spentMicroUsd,
  });
  await permanent(() =>
    deps.pullsOf(project).comment(number, `<!-- soulcaster run ${run.id} -->`, body),
  );
}

function evidenceOf({ run }: RunContext): Evidence {
  if (!run.evidence) throw new RunFailure("This run has no recorded change.");
  return run.evidence;
}

/** The name of a person behind an actor's name (`user:ID`); the actor's name where it is no person or the person is gone. */
async function nameOf({ deps }: RunContext, actor: string | null): Promise<string | null> {
  if (!actor?.startsWith("user:")) return actor;
  return (await findUser(deps.db, actor.slice("user:".length)))?.name ?? actor;
}

/** Refusals of the code host that another try would not change end the run in plain words. */
async function permanent<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof ForeignError && error.kind === "unauthorized") {
      throw new RunFailure(
        "The code host refused our token (GITHUB_TOKEN): it needs to write contents and pull requests.",
      );
    }
    if (error instanceof ForeignError && error.kind === "invalid_reply") {
      throw new RunFailure(`The code host refused the change (${error.message}).`);
    }
    throw error;
  }
}
