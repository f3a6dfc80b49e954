import { limitReached } from "../../domain/steering";
import { takeUpWord } from "../../store/runs";
import { pauseHere } from "../pause";
import { limitsOf } from "../steering";
import { RunFailure, RunOver, type RunContext } from "./context";
import { saySo } from "./heed";
import { keepPatch } from "./keep-patch";
import { agentExit, agentStarted, startAgent, stopAgent } from "./work";

/** Every so many looks the agent's work is copied out of its sandbox. */
const KEEP_EVERY = 10;

/**
 * One look at a working agent. A person's word or a limit comes first; then whether it has ended. Returns whether its turn is
 * done. Ends the run where the agent gave up by itself, and pauses it where a person has to decide.
 */
export async function lookAtAgent(
  context: RunContext,
  sandboxId: string,
  { turn, look, faults }: { turn: number; look: number; faults: string[] },
): Promise<boolean> {
  const { deps, run } = context;
  const sandbox = await deps.sandboxes().connect(sandboxId);
  if (run.asked?.kind === "pause") {
    const { by } = run.asked;
    return pause(context, turn, sandboxId, { reason: "person", text: `${by} paused the run.`, by });
  }
  if (run.asked?.kind === "redirect") {
    await stopAgent(context, sandbox, turn);
    await keepPatch(deps, run, sandbox);
    await takeUpWord(deps.db, run, run.asked.id);
    await saySo(context, run.asked);
    // The next look finds the new take not started yet.
    return false;
  }
  if (!(await agentStarted(context, sandbox, turn))) {
    const runner = deps.runner(run.runner);
    if (runner.kind !== "agent") throw new RunFailure("This runner takes no instructions.");
    await startAgent(context, runner, sandboxId, turn, faults);
    return false;
  }
  const exit = await agentExit(context, sandboxId, turn);
  if (exit === 0) return true;
  const reached = limitReached(await deps.runLog(run.id).use(), limitsOf(context));
  if (reached) return pause(context, turn, sandboxId, { ...reached, by: "its limits" });
  if (exit !== null) throw new RunFailure(`The agent ended with exit code ${exit}.`);
  if (look % KEEP_EVERY === 0) await keepPatch(deps, run, sandbox);
  return false;
}

type Why = Parameters<typeof pauseHere>[2];

async function pause(
  context: RunContext,
  turn: number,
  sandboxId: string,
  why: Why,
): Promise<never> {
  const sandbox = await context.deps.sandboxes().connect(sandboxId);
  await stopAgent(context, sandbox, turn);
  await keepPatch(context.deps, context.run, sandbox);
  await pauseHere(context.deps, context.run, why);
  throw new RunOver("run is paused");
}
