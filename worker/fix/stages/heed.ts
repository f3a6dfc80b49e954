import type { Asked } from "../../domain/steering";
import { newGeneration, takeUpWord } from "../../store/runs";
import { keepLastPatch } from "../keep-last-patch";
import { pauseHere } from "../pause";
import { RunOver, type RunContext } from "./context";

/** The stages in which a person's word waits: while the agent works its looks heed it; the others write outside. */
const DEAF = /^(?:agent|collect|commit|pull-request)/;

/**
 * What a person asked for before a stage, where no look at an agent comes first. A pause: the run waits with what it has. A
 * redirection: an agent that has not begun will read it; one that was done goes to work again, in a new Workflow instance that
 * finds the sandbox as it is.
 */
export async function heed(context: RunContext, stage: string): Promise<void> {
  const { deps, run } = context;
  const { asked } = run;
  if (!asked || DEAF.test(stage)) return;
  if (asked.kind === "pause") {
    await keepLastPatch(deps, run);
    const text = `${asked.by} paused the run.`;
    await pauseHere(deps, run, { reason: "person", text, by: asked.by });
    throw new RunOver("run is paused");
  }
  await saySo(context, asked);
  if (run.resumeFrom !== "proof") {
    if (await takeUpWord(deps.db, run, asked.id)) {
      context.run = { ...run, asked: null, take: run.take + 1 };
    }
    return;
  }
  const generation = await newGeneration(deps.db, run, {
    asked: null,
    take: run.take + 1,
    resumeFrom: "work",
    heartbeatAt: deps.clock(),
  });
  if (generation !== null) {
    await deps.startWorkflow({ projectId: run.projectId, runId: run.id, generation });
  }
  throw new RunOver("run goes on in another instance");
}

/** Tells the log what somebody told the agent, once. */
export async function saySo(
  context: RunContext,
  asked: Extract<Asked, { kind: "redirect" }>,
): Promise<void> {
  const text = `${asked.by} told the agent: ${asked.text}`;
  await context.say({ kind: "stage", key: `redirect-${asked.id}`, text });
}
