import type { WorkflowStep } from "cloudflare:workers";
import type { RunDeps } from "./deps";
import { RunFailure, type Stage } from "./stages/context";
import { workAtEdge } from "./stages/edge-work";
import { restorePatch } from "./stages/keep-patch";
import { lookAtAgent } from "./stages/look";
import { startAgent, type Work } from "./stages/work";

/** The first looks are quick; later ones spare steps: four hours are 1,600 looks. */
const LOOK_MS = { first: 3_000, later: 10_000, quick: 100, most: 2_000 } as const;

const AGENT_WORK: Work = {
  summary: "A coding agent made this change from the approved plan.",
  derivedTest: null,
};

const TAKEN_UP: Work = {
  summary: "A model made this change from the plan; it was taken up from an earlier try.",
  derivedTest: null,
};

/** The change itself: by an edge runner at once, or by an agent that is started and then looked at now and then. */
export async function doWork(
  deps: RunDeps,
  stage: Stage,
  step: WorkflowStep,
  sandboxId: string,
  writeTest: boolean,
): Promise<Work> {
  const first = await stage("work", async (context) => {
    const runner = deps.runner(context.run.runner);
    const { run } = context;
    // Rules are quick and always say the same; what a model wrote is taken up.
    if (runner.kind === "edge" && !(runner.mends && run.resumeFrom === "proof"))
      return workAtEdge(context, runner, sandboxId, writeTest);
    await restorePatch(context, sandboxId);
    if (runner.kind === "edge")
      return { ...TAKEN_UP, summary: run.evidence?.summary ?? TAKEN_UP.summary };
    if (run.resumeFrom === "proof") return AGENT_WORK;
    await startAgent(context, runner, sandboxId);
    return null;
  });
  return first ?? waitForAgent(stage, step, sandboxId, 1, []);
}

type Again = { sandboxId: string; writeTest: boolean; turn: number; faults: string[] };

/** Another turn, with what is wrong with the change. A runner that cannot mend its own change has none. */
export async function workAgain(
  stage: Stage,
  step: WorkflowStep,
  { sandboxId, writeTest, turn, faults }: Again,
): Promise<Work> {
  const name = turn === 2 ? "work-again" : "work-reviewed";
  const mended = await stage(name, async (context) => {
    const runner = context.deps.runner(context.run.runner);
    if (runner.kind === "edge") {
      if (!runner.mends) throw new RunFailure(`The change does not parse: ${faults[0]}`);
      return workAtEdge(context, runner, sandboxId, writeTest, turn, faults);
    }
    await startAgent(context, runner, sandboxId, turn, faults);
    return null;
  });
  return mended ?? waitForAgent(stage, step, sandboxId, turn, faults);
}

/** `faults`: what the turn is about; a person's word that starts it anew does not take them away. */
async function waitForAgent(
  stage: Stage,
  step: WorkflowStep,
  sandboxId: string,
  turn: number,
  faults: string[],
): Promise<Work> {
  const name = turn === 1 ? "agent" : `agent-${turn}`;
  for (let look = 1; look <= LOOK_MS.most; look++) {
    const wait = look <= LOOK_MS.quick ? LOOK_MS.first : LOOK_MS.later;
    await step.sleep(`${name}-wait-${look}`, wait);
    const done = await stage(`${name}-look-${look}`, (context) =>
      lookAtAgent(context, sandboxId, { turn, look, faults }),
    );
    if (done) return AGENT_WORK;
  }
  throw new RunFailure("The agent did not end, whatever its limits say.");
}
