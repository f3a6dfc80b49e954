import { WorkflowEntrypoint, type WorkflowEvent, type WorkflowStep } from "cloudflare:workers";
import { NonRetryableError } from "cloudflare:workflows";
import { systemActor } from "../domain/actor";
import { logFailure } from "../kit/log";
import { findRun } from "../store/runs";
import type { RunDeps } from "./deps";
import { endRun } from "./end-run";
import { SandboxLost } from "./sandbox/sandbox";
import {
  openContext,
  RunFailure,
  RunOver,
  withHeartbeat,
  type RunContext,
  type RunParams,
} from "./stages/context";
import { collect } from "./stages/collect";
import { commitChanges, openPull } from "./stages/deliver";
import { openSandbox } from "./stages/open-sandbox";
import { runTests } from "./stages/run-tests";
import { setUpAndLock } from "./stages/set-up";
import { snapshot } from "./stages/snapshot";
import { agentExit, startAgent, workAtEdge } from "./stages/work";

const RETRIES = { limit: 4, delay: 2_000, backoff: "exponential" } as const;
const STEP_TIMEOUT = "20 minutes";
const AGENT_LIMIT_MS = 30 * 60_000;
const LOOK_MS = 3_000;
/** The one stage that can make a sandbox anew; in all others a lost one is lost for good. */
const SANDBOX_STAGE = "sandbox";
const SANDBOX_LOST =
  "The sandbox ended before the run did, and what was done in it is lost. Start the run again.";

type Stage = <T extends Rpc.Serializable<T>>(
  name: string,
  work: (context: RunContext) => Promise<T>,
) => Promise<T>;

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
      }
      const reason = failure;
      if (reason) await step.do("fail", { retries: RETRIES }, () => fail(deps, params, reason));
      await step.do("clean-up", { retries: RETRIES }, () => cleanUp(deps, params));
    }
  };
}

async function fix(deps: RunDeps, stage: Stage, step: WorkflowStep): Promise<void> {
  const { baseSha, baseBranch } = await stage("snapshot", snapshot);
  const sandboxId = await stage(SANDBOX_STAGE, (context) => openSandbox(context, baseSha));
  await stage("set-up", async (context) => {
    await setUpAndLock(context, sandboxId);
    return null;
  });
  const before = await stage("test-before", (context) => runTests(context, sandboxId, "before"));
  const summary = await doWork(deps, stage, step, sandboxId);
  const changes = await stage("collect", (context) => collect(context, sandboxId));
  const after = await stage("test-after", (context) => runTests(context, sandboxId, "after"));
  await stage("judge", async () => {
    if (before.outcome === "passed" && after.outcome !== "passed") {
      throw new RunFailure(
        "The repository's tests passed before the change and do not pass after it.",
      );
    }
    return null;
  });
  const headSha = await stage("commit", (context) =>
    commitChanges(context, sandboxId, baseSha, changes),
  );
  await stage("pull-request", async (context) => {
    const pull = await openPull(context, baseBranch, changes, { summary, before, after });
    await endRun(deps, context.who, context.run, {
      status: "succeeded",
      prUrl: pull.url,
      prNumber: pull.number,
      branch: context.run.branch!,
      headSha,
    });
    return null;
  });
}

/** The change itself: by an edge runner at once, or by an agent that is started and then looked at now and then. */
async function doWork(
  deps: RunDeps,
  stage: Stage,
  step: WorkflowStep,
  sandboxId: string,
): Promise<string> {
  const first = await stage("work", async (context) => {
    const runner = deps.runner(context.run.runner);
    if (runner.kind === "edge") return workAtEdge(context, runner, sandboxId);
    await startAgent(context, runner, sandboxId);
    return null;
  });
  if (first !== null) return first;
  for (let look = 1; look * LOOK_MS < AGENT_LIMIT_MS; look++) {
    await step.sleep(`agent-wait-${look}`, LOOK_MS);
    const exit = await stage(`agent-look-${look}`, (context) => agentExit(context, sandboxId));
    if (exit === null) continue;
    if (exit !== 0) throw new RunFailure(`The agent ended with exit code ${exit}.`);
    return "A coding agent made this change from the approved plan.";
  }
  throw new RunFailure("The agent did not end within 30 minutes.");
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
    return await withHeartbeat(context, () => work(context));
  } catch (error) {
    // The engine knows its error by name, so ours goes into the message.
    if (error instanceof RunFailure || error instanceof RunOver) {
      throw new NonRetryableError(`${error.name}: ${error.message}`);
    }
    if (error instanceof SandboxLost && stage !== SANDBOX_STAGE) {
      throw new NonRetryableError(`RunFailure: ${SANDBOX_LOST}`);
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
  const ours = OURS.exec(QUOTED.exec(message)?.[1] ?? message);
  if (ours) return ours[1] === "RunOver" ? null : ours[2]!;
  return `A service that the run needs failed repeatedly (${message.slice(0, 200)}). Start the run again later.`;
}

async function fail(deps: RunDeps, params: RunParams, error: string): Promise<void> {
  const run = await findRun(deps.db, params.projectId, params.runId);
  if (!run || run.generation !== params.generation) return;
  await endRun(deps, systemActor("run", params.projectId), run, { status: "failed", error });
}

/** The sandbox dies in every outcome, but not when a newer instance is at work in it. */
async function cleanUp(deps: RunDeps, params: RunParams): Promise<void> {
  const run = await findRun(deps.db, params.projectId, params.runId);
  if (run && run.generation !== params.generation) return;
  await deps.sandboxes().close(params.runId);
}
