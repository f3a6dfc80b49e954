import { WorkflowEntrypoint, type WorkflowEvent, type WorkflowStep } from "cloudflare:workers";
import { NonRetryableError } from "cloudflare:workflows";
import { systemActor } from "../domain/actor";
import { isLiveRun } from "../domain/run";
import { ForeignError } from "../kit/foreign-error";
import { logFailure } from "../kit/log";
import { findRun } from "../store/runs";
import type { RunDeps } from "./deps";
import { endRun, tellEnd } from "./end-run";
import { keepLastPatch } from "./keep-last-patch";
import { recoverRun } from "./recover-run";
import { ModelHalt } from "./gateway/halt";
import { holdForModel } from "./stages/hold-for-model";
import { checkWork } from "./review-round";
import { prove, readySandbox, SANDBOX_STAGE_NAMES } from "./proof-round";
import { SandboxLost } from "./sandbox/sandbox";
import { timed } from "./stages/timed";
import {
  openContext,
  RunFailure,
  RunOver,
  withHeartbeat,
  type RunContext,
  type RunParams,
  type Stage,
} from "./stages/context";
import { testBase } from "./stages/baseline";
import { collect } from "./stages/collect";
import { compareSource } from "./stages/compare-source";
import { commitChanges, openPull } from "./stages/deliver";
import { holdFindings, refuseBroken } from "./stages/judge";
import { heed } from "./stages/heed";
import { snapshot } from "./stages/snapshot";
import { dropTest } from "./stages/work";
import { doWork, workAgain } from "./work-round";

const RETRIES = { limit: 4, delay: 2_000, backoff: "exponential" } as const;
const STEP_TIMEOUT = "20 minutes";
/** A service that names a time gets it before the step is tried again. Shorter than a heart may stand still. */
const LONGEST_WAIT_SECONDS = 60;
const SANDBOX_LOST = "SandboxLost";

/**
 * One run as short, named, idempotent steps. D1 is the record: every step loads the run anew, so that an instance that was
 * replaced, or whose run was cancelled, stops by itself. Thin: the stages are in `stages/`.
 */
export function createFixWorkflow<E>(makeDeps: (env: E) => RunDeps) {
  return class extends WorkflowEntrypoint<E, RunParams> {
    override async run(
      event: Readonly<WorkflowEvent<RunParams>>,
      step: WorkflowStep,
    ): Promise<void> {
      const deps = makeDeps(this.env);
      const params = event.payload;
      const stage: Stage = (name, work) =>
        step.do(name, { retries: RETRIES, timeout: STEP_TIMEOUT }, () =>
          inContext(deps, params, name, work),
        ) as never;
      let failure: string | null = null;
      try {
        await fix(deps, stage, step);
      } catch (error) {
        failure = failureOf(error);
        if (failure) logFailure("run_failed", error, { run_id: params.runId });
        if (failure === SANDBOX_LOST) {
          await step.do("recover", { retries: RETRIES }, () => recoverRun(deps, params));
          failure = null;
        }
      }
      const reason = failure;
      if (reason) await step.do("fail", { retries: RETRIES }, () => fail(deps, params, reason));
      await step.do("clean-up", { retries: RETRIES }, () => cleanUp(deps, params));
    }
  };
}

async function fix(deps: RunDeps, stage: Stage, step: WorkflowStep): Promise<void> {
  const { baseSha, baseBranch, opened } = await stage("snapshot", snapshot);
  if (opened) return deliver(stage);
  const { id: workId } = await readySandbox(stage, baseSha, "work");
  const sourceFlags = await stage("compare-source", (context) =>
    compareSource(context, workId, baseSha),
  );
  const { test, readable } = await stage("test-before", (context) => testBase(context, workId));
  const first = await doWork(deps, stage, step, workId, readable);
  const ready = await checkWork(stage, workId, first, (turn, faults) =>
    workAgain(stage, step, { sandboxId: workId, writeTest: readable, turn, faults }),
  );
  const { work, syntax, review } = ready;
  let { change } = ready;
  const { id: proofId, fault } = await readySandbox(stage, baseSha, "proof");
  const flags = [...sourceFlags, ...syntax.flags, ...(fault ? [fault] : [])];
  const place = { proofId, test, baseBranch, summary: work.summary, flags, review };
  const verdict = await prove(stage, place, change, "");
  const derived = work.derivedTest;
  if (derived !== null && verdict !== "proven") {
    await stage("drop-test", (context) => dropTest(context, workId, derived));
    change = await stage("collect-rest", (context) => collect(context, workId));
    await prove(stage, place, change, "-rest");
  }
  await stage("refuse-broken", refuseBroken);
  if (await stage("hold", holdFindings)) return;
  await deliver(stage);
}

async function deliver(stage: Stage): Promise<void> {
  await stage("commit", commitChanges);
  await stage("pull-request", openPull);
}

/** Runs one stage. Failures that a retry would not change are told apart from those that it may. */
async function inContext<T>(
  deps: RunDeps,
  params: RunParams,
  stage: string,
  work: (context: RunContext) => Promise<T>,
): Promise<T> {
  try {
    const context = await openContext(deps, params, stage);
    await heed(context, stage);
    return await timed(context, stage, () => withHeartbeat(context, () => work(context)));
  } catch (error) {
    // The engine knows its error by name, so ours goes into the message.
    if (error instanceof RunFailure || error instanceof RunOver) {
      throw new NonRetryableError(`${error.name}: ${error.message}`);
    }
    if (error instanceof ModelHalt) {
      await holdForModel(deps, params, stage, error);
      throw new NonRetryableError(`RunOver: ${error.message}`);
    }
    if (error instanceof SandboxLost && !SANDBOX_STAGE_NAMES.includes(stage)) {
      throw new NonRetryableError(SANDBOX_LOST);
    }
    if (error instanceof ForeignError && error.retryAfterSeconds !== undefined) {
      const seconds = Math.min(error.retryAfterSeconds, LONGEST_WAIT_SECONDS);
      await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
    }
    throw error;
  }
}

/** The engine hands on a step's error bare, behind its class name, or quoted in a sentence of its own. */
const QUOTED = /^Step threw a NonRetryableError with message "([\s\S]*)"$/;
const OURS = /^(?:NonRetryableError: )*(RunFailure|RunOver): ([\s\S]*)$/;

/** What to tell people; null when the run is over already. */
function failureOf(error: unknown): string | null {
  const message = error instanceof Error ? error.message : String(error);
  const bare = QUOTED.exec(message)?.[1] ?? message;
  if (bare.endsWith(SANDBOX_LOST)) return SANDBOX_LOST;
  const ours = OURS.exec(bare);
  if (ours) return ours[1] === "RunOver" ? null : ours[2]!;
  return `A service that the run needs failed repeatedly (${message.slice(0, 200)}). Start the run again later.`;
}

async function fail(deps: RunDeps, params: RunParams, error: string): Promise<void> {
  const run = await findRun(deps.db, params.projectId, params.runId);
  if (!run || run.generation !== params.generation) return;
  await keepLastPatch(deps, run);
  await endRun(deps, systemActor("run", params.projectId), run, { status: "failed", error });
}

/**
 * The sandbox dies in every outcome, but not when a newer instance is at work in it. An end that was written and not told, because the
 * database answered an error after it had written, is told here.
 */
async function cleanUp(deps: RunDeps, params: RunParams): Promise<void> {
  const run = await findRun(deps.db, params.projectId, params.runId);
  if (run && run.generation !== params.generation) return;
  if (run && !isLiveRun(run.status)) await tellEnd(deps, run);
  await deps.sandboxes().close(params.runId);
}
