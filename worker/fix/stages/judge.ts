import type { Evidence } from "../../domain/evidence";
import { PUBLIC_SOURCES } from "../../domain/project";
import { hasReportsFrom } from "../../store/feedback";
import { runBatch } from "../../store/db";
import { moveRun, updateRun } from "../../store/runs";
import { isTestConfiguration, isTestFile } from "../evidence/patch-files";
import type { TestCommand } from "../evidence/test-command";
import { judge as judgeRuns } from "../evidence/verdict";
import { sendNext } from "../run-queue";
import type { Collected } from "./collect";
import { RunFailure, type RunContext } from "./context";
import { evidenceKey, readSuite } from "./suite";

const NAMES_LIMIT = 50;

export type Notes = Pick<Evidence, "flags" | "unchecked" | "summary" | "baseBranch" | "review">;

/** Weighs what the runs of the tests showed, and keeps it. Ends the run where the change breaks a test that passed. */
export async function judge(
  context: RunContext,
  test: TestCommand | null,
  collected: Collected,
  notes: Notes,
): Promise<Evidence["verdict"]> {
  const { deps, run, plan } = context;
  const paths = collected.files.map((file) => file.path);
  const testFiles = paths.filter(isTestFile);
  const baseline = test ? await readSuite(context, "baseline") : null;
  const judged = judgeRuns({
    baseline,
    before:
      test && testFiles.length > 0
        ? [await readSuite(context, "new-tests-1"), await readSuite(context, "new-tests-2")]
        : [],
    after: test
      ? testFiles.length > 0
        ? [await readSuite(context, "change-1"), await readSuite(context, "change-2")]
        : [await readSuite(context, "change-1")]
      : [],
    testFiles,
    configuration: paths.filter((path) => isTestConfiguration(path, test?.steering ?? [])),
    crash: plan.content.crash,
  });
  const evidence: Evidence = {
    ...notes,
    ...collected,
    ...judged,
    command: test?.command ?? null,
    format: baseline?.report?.format ?? null,
    preexisting: judged.preexisting.slice(0, NAMES_LIMIT),
    preexistingCount: judged.preexisting.length,
    newlyFailing: judged.newlyFailing.slice(0, NAMES_LIMIT),
  };
  await deps.archive.put(evidenceKey(run, "evidence.json"), JSON.stringify(evidence));
  await runBatch(deps.db, [updateRun(deps.db, run.projectId, run.id, { evidence })]);
  await context.say({
    kind: "stage",
    key: `judge-${collected.patchSha256}`,
    text: `Evidence: ${judged.verdict}. ${judged.because}`,
  });
  return judged.verdict;
}

/** Ends the run where a test that did not fail at the base fails with the change. */
export async function refuseBroken(context: RunContext): Promise<null> {
  const broken = context.run.evidence?.newlyFailing ?? [];
  if (broken.length === 0) return null;
  throw new RunFailure(
    `The change breaks what worked before: ${broken.slice(0, 5).join("; ").slice(0, 500)} ` +
      `${broken.length === 1 ? "fails" : `and ${broken.length} tests in all fail`} with it and did not without it.`,
  );
}

/**
 * Whether the run stops here and keeps its change as findings, for a person to open or dismiss. So it is, without proof, where a
 * report came from a place to which anyone may write, if the project does not say otherwise.
 */
export async function holdFindings(context: RunContext): Promise<boolean> {
  const { deps, run, project } = context;
  // Who reviews an open pull request sees for themselves.
  if (!run.evidence || run.evidence.verdict === "proven" || run.followUp) return false;
  const policy = project.settings.findings ?? "public_sources";
  if (policy === "never") return false;
  if (
    policy === "public_sources" &&
    !(await hasReportsFrom(deps.db, run.projectId, run.clusterId, PUBLIC_SOURCES))
  )
    return false;
  const now = deps.clock();
  const spentMicroUsd = await deps.runLog(run.id).spent();
  await context.say({
    kind: "stage",
    key: "findings",
    text: "Without a reproduction the change is kept as findings. An approver may open the draft pull request all the same.",
  });
  await moveRun(deps.db, run.projectId, run.id, "waiting", {
    waitingFor: "findings",
    updatedAt: now,
    spentMicroUsd,
  });
  await sendNext(deps, run.projectId);
  await deps.broadcastRun(run.projectId, run.id, "waiting");
  return true;
}
