import { z } from "zod";
import type { TestCommand } from "../evidence/test-command";
import type { RunContext } from "./context";
import { evidenceKey, findTestCommand, runSuite, suiteWords } from "./suite";
import { resetToBase } from "./work";

export type Baseline = { test: TestCommand | null; readable: boolean };

const Kept = z.object({ sandboxId: z.string(), baseline: z.custom<Baseline>() });
const KEPT = "baseline-command.json";

/**
 * The repository's own tests at the base, before anybody has touched it: what fails here is never held against the change.
 * Returns how tests are run from now on, which the change cannot alter, and whether we can read their results one by one. Once for
 * each sandbox: when the stage comes again, somebody may have been at work in it.
 */
export async function testBase(context: RunContext, sandboxId: string): Promise<Baseline> {
  const { archive } = context.deps;
  const key = evidenceKey(context.run, KEPT);
  const kept = await archive.get(key);
  if (kept) {
    const { sandboxId: measured, baseline } = Kept.parse(await kept.json());
    if (measured === sandboxId) return baseline;
  }
  const baseline = await measure(context, sandboxId);
  await archive.put(key, JSON.stringify({ sandboxId, baseline }));
  return baseline;
}

async function measure(context: RunContext, sandboxId: string): Promise<Baseline> {
  const test = await findTestCommand(context, sandboxId);
  if (!test) {
    await context.say({ kind: "stage", key: "baseline", text: "There is no test command." });
    return { test: null, readable: false };
  }
  const sandbox = await context.deps.sandboxes().connect(sandboxId);
  const suite = await runSuite(context, sandbox, test, "baseline");
  // What the tests left behind is no change of the fix.
  await resetToBase(sandbox);
  const text = `Tests before the change (${test.command}): ${suiteWords(suite)}.`;
  await context.say({ kind: "stage", key: "baseline", text });
  return { test, readable: suite.report !== null };
}
