import { z } from "zod";
import { REPO_DIR, type Sandbox } from "../sandbox/sandbox";
import type { RunContext } from "./context";
import { workFolder } from "./set-up";

const TEST_MS = 10 * 60_000;

/** What the repository's own tests said. `none`: there is no test command. */
export type TestResult = {
  outcome: "passed" | "failed" | "timed_out" | "none";
  command: string | null;
};

const Manifest = z.looseObject({
  scripts: z.looseObject({ test: z.string().optional() }).optional(),
});

/** Runs the repository's own tests: the project's command, or what its manifest names. */
export async function runTests(
  context: RunContext,
  sandboxId: string,
  when: "before" | "after",
): Promise<TestResult> {
  const { deps, project } = context;
  const sandbox = await deps.sandboxes().connect(sandboxId);
  const command = project.testCommand ?? (await defaultTestCommand(sandbox, project.pathPrefix));
  if (!command) {
    await context.say({ kind: "stage", key: `test-${when}`, text: "There is no test command." });
    return { outcome: "none", command: null };
  }
  const cwd = workFolder(project.pathPrefix);
  const result = await sandbox.run(command, { cwd, env: { CI: "1" }, timeoutMs: TEST_MS });
  const outcome = result.timedOut ? "timed_out" : result.exitCode === 0 ? "passed" : "failed";
  await context.say({
    level: 3,
    kind: "output",
    key: `test-${when}-output`,
    text: result.output.slice(-3_500),
  });
  await context.say({
    kind: "stage",
    key: `test-${when}`,
    text: `Tests ${when} the change (${command}): ${outcome.replace("_", " ")}.`,
  });
  return { outcome, command };
}

async function defaultTestCommand(
  sandbox: Sandbox,
  pathPrefix: string | null,
): Promise<string | null> {
  const folder = pathPrefix ? `${REPO_DIR}/${pathPrefix}` : REPO_DIR;
  const text = await sandbox.read(`${folder}/package.json`);
  if (!text) return null;
  try {
    const manifest = Manifest.parse(JSON.parse(new TextDecoder().decode(text)));
    return manifest.scripts?.test ? "npm test" : null;
  } catch {
    return null;
  }
}
