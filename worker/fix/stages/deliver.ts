import { findCluster } from "../../store/clusters";
import { runBatch } from "../../store/db";
import { updateRun } from "../../store/runs";
import { ForeignError } from "../../kit/foreign-error";
import { DraftRefused, type FileChange, type PullRequest } from "../forge/forge";
import { RunFailure, type RunContext } from "./context";
import { pullBody, pullTitle } from "./pull-text";
import type { TestResult } from "./run-tests";
import type { ChangedFile } from "./scope";
import { inRepo } from "./work";

const FILE_LIMIT_BYTES = 1_000_000;

/** The Worker, never the sandbox, writes to the code host: blobs, tree, commit, branch. A retry gives the same commit. */
export async function commitChanges(
  context: RunContext,
  sandboxId: string,
  baseSha: string,
  changes: ChangedFile[],
): Promise<string> {
  const { deps, run, project } = context;
  const sandbox = await deps.sandboxes().connect(sandboxId);
  const files: FileChange[] = [];
  for (const { path, mode, status } of changes) {
    const content = status === "deleted" ? null : await sandbox.read(inRepo(path));
    if (status !== "deleted" && !content)
      throw new RunFailure(`${JSON.stringify(path)} could not be read.`);
    if (content && content.byteLength > FILE_LIMIT_BYTES)
      throw new RunFailure(`${path} is over 1 MB.`);
    files.push({ path, mode: status === "deleted" ? "100644" : mode, content });
  }
  const cluster = await findCluster(deps.db, run.projectId, run.clusterId);
  const title = pullTitle(cluster?.title ?? "problem");
  const headSha = await permanent(() =>
    deps.forgeOf(project).commit({
      baseSha,
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
  return headSha;
}

export type Work = { summary: string; before: TestResult; after: TestResult };

/** Opens the draft pull request, or finds the one that an earlier try has opened. */
export async function openPull(
  context: RunContext,
  baseBranch: string,
  changes: ChangedFile[],
  work: Work,
): Promise<PullRequest> {
  const { deps, run, project, plan } = context;
  const cluster = await findCluster(deps.db, run.projectId, run.clusterId);
  if (!cluster) throw new RunFailure("The cluster of this run is gone.");
  const body = pullBody({
    clusterTitle: cluster.title,
    clusterUrl: deps.clusterUrl(run.projectId, run.clusterId),
    itemCount: cluster.itemCount,
    bySource: cluster.sourceCounts,
    plan: { ...plan.content, version: plan.version, approvedBy: plan.approvedBy },
    runner: run.runner,
    workSummary: work.summary,
    files: changes.map((change) => change.path),
    before: work.before,
    after: work.after,
    spentMicroUsd: await deps.runLog(run.id).spent(),
  });
  const title = pullTitle(cluster.title);
  try {
    return await permanent(() =>
      deps.forgeOf(project).openDraft({ branch: run.branch!, base: baseBranch, title, body }),
    );
  } catch (error) {
    if (!(error instanceof DraftRefused)) throw error;
    throw new RunFailure(
      `This repository does not support draft pull requests. The branch is pushed; compare it at ${error.compareUrl}`,
    );
  }
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
