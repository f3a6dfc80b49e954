import type { RunContext } from "./context";

/** Looks are many and short; after the pull request the log has ended. */
const UNTIMED = /-look-\d+$|^pull-request$/;

/** Does a stage's work and notes in the log, on its third level, how long it took. */
export async function timed<T>(
  context: RunContext,
  stage: string,
  work: () => Promise<T>,
): Promise<T> {
  const began = context.deps.clock();
  const result = await work();
  if (!UNTIMED.test(stage)) {
    const text = `Took ${context.deps.clock() - began} ms.`;
    const key = `took-${context.run.generation}-${stage}`;
    await context.say({ level: 3, kind: "info", key, text });
  }
  return result;
}
