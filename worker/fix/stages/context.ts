import { systemActor, type ProjectActor } from "../../domain/actor";
import type { PlanContent } from "../../domain/plan";
import { findPlan, type PlanRow } from "../../store/plans";
import { findProject, type ProjectRow } from "../../store/projects";
import { runBatch } from "../../store/db";
import { findRun, updateRun, type RunRow } from "../../store/runs";
import type { RunDeps } from "../deps";
import type { NewRunEvent } from "../run-log";
import { projectOf } from "../run-settings";

/** A reason to stop that trying again would not change. Its message is shown to people. */
export class RunFailure extends Error {
  override readonly name = "RunFailure";
}

/** The run was cancelled, ended, or taken over by a newer Workflow instance: stop without a word. */
export class RunOver extends Error {
  override readonly name = "RunOver";
}

/** What every stage starts from, loaded anew at each step: D1 is the record, the Workflow only the cursor. */
export type RunContext = {
  deps: RunDeps;
  who: ProjectActor;
  run: RunRow;
  project: ProjectRow;
  plan: PlanRow & { content: PlanContent };
  /** Writes one line to the run's log. A repeated step says nothing twice. */
  say(
    event: Omit<NewRunEvent, "stage" | "level"> & { level?: NewRunEvent["level"] },
  ): Promise<void>;
};

/** Runs work as one named, idempotent step of the run's Workflow. */
export type Stage = <T extends Rpc.Serializable<T>>(
  name: string,
  work: (context: RunContext) => Promise<T>,
) => Promise<T>;

export type RunParams = { projectId: string; runId: string; generation: number };

const HEARTBEAT_MS = 20_000;

/** Loads the run and checks that this instance is the one in charge. Throws `RunOver` when it is not. */
export async function openContext(
  deps: RunDeps,
  params: RunParams,
  stage: string,
): Promise<RunContext> {
  const who = systemActor("run", params.projectId);
  const run = await findRun(deps.db, params.projectId, params.runId);
  if (!run || run.status !== "running" || run.generation !== params.generation) {
    throw new RunOver(`run is ${run?.status ?? "gone"}`);
  }
  const [project, plan] = await Promise.all([
    findProject(deps.db, params.projectId),
    findPlan(deps.db, params.projectId, run.planId),
  ]);
  if (!project || !plan) throw new RunFailure("The project or the plan of this run is gone.");
  const log = deps.runLog(run.id);
  return {
    deps,
    who,
    run,
    project: projectOf(project, run),
    plan,
    say: ({ level = 1, ...event }) => log.append([{ level, stage, ...event }]),
  };
}

/** Does a stage's work while telling the database every 20 seconds that the run is alive. */
export async function withHeartbeat<T>(context: RunContext, work: () => Promise<T>): Promise<T> {
  const { deps, run } = context;
  const beat = () =>
    runBatch(deps.db, [
      updateRun(deps.db, run.projectId, run.id, { heartbeatAt: deps.clock() }),
    ]).catch(() => undefined);
  await beat();
  const timer = setInterval(() => void beat(), HEARTBEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
