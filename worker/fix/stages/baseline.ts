import type { TestCommand } from "../evidence/test-command";
import type { RunContext } from "./context";
import { findTestCommand, runSuite, suiteWords } from "./suite";

/**
 * The repository's own tests at the base, before anybody has touched it: what fails here is never held against the change.
 * Returns how tests are run from now on, which the change cannot alter, and whether we can
 * read their results one by one.
 */
export async function testBase(
  context: RunContext,
  sandboxId: string,
): Promise<{ test: TestCommand | null; readable: boolean }> {
  const test = await findTestCommand(context, sandboxId);
  if (!test) {
    await context.say({ kind: "stage", key: "baseline", text: "There is no test command." });
    return { test: null, readable: false };
  }
  const sandbox = await context.deps.sandboxes().connect(sandboxId);
  const suite = await runSuite(context, sandbox, test, "baseline");
  const text = `Tests before the change (${test.command}): ${suiteWords(suite)}.`;
  await context.say({ kind: "stage", key: "baseline", text });
  return { test, readable: suite.report !== null };
}
