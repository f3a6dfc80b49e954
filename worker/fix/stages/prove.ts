import type { ChangedFile } from "../../domain/evidence";
import { sha256Hex } from "../../kit/git-object";
import { isTestFile } from "../evidence/patch-files";
import type { TestCommand } from "../evidence/test-command";
import { REPO_DIR, WORK_DIR, type Sandbox } from "../sandbox/sandbox";
import { readChanges, readFile, type Collected } from "./collect";
import { RunFailure, type RunContext } from "./context";
import { runSuite, suiteWords, type SuiteName } from "./suite";
import { inRepo } from "./work";

const MINUTE = 60_000;
const DELETED = `${WORK_DIR}/apply.deleted`;
const RUNNABLE = `${WORK_DIR}/apply.runnable`;

/**
 * Puts the collected files into the fresh sandbox and checks that they make the very patch that was kept: the sandbox that the
 * agent had may lie about either.
 */
export async function checkPatch(
  context: RunContext,
  proofId: string,
  collected: Collected,
): Promise<void> {
  const sandbox = await context.deps.sandboxes().connect(proofId);
  await apply(context, sandbox, collected.files);
  const { patch } = await readChanges(sandbox);
  if ((await sha256Hex(patch)) !== collected.patchSha256)
    throw new RunFailure("The changed files do not make the patch that the sandbox told.");
}

/** Runs the tests at the base with the change's tests alone, or with the whole change. A retry begins anew. */
export async function testChange(
  context: RunContext,
  proofId: string,
  test: TestCommand,
  files: ChangedFile[],
  name: Exclude<SuiteName, "baseline">,
): Promise<void> {
  const sandbox = await context.deps.sandboxes().connect(proofId);
  const onlyTests = name.startsWith("new-tests");
  const part = onlyTests ? files.filter((file) => isTestFile(file.path)) : files;
  await apply(context, sandbox, part);
  const suite = await runSuite(context, sandbox, test, name);
  const what = onlyTests ? "Base with the new tests" : "Base with the whole change";
  const text = `${what}, run ${name.slice(-1)}: ${suiteWords(suite)}.`;
  await context.say({ kind: "stage", key: `${name}-${await keyOf(files)}`, text });
}

/** Resets the repository to the base and writes these files over it. Paths reach the shell only in files, never in its words. */
async function apply(context: RunContext, sandbox: Sandbox, files: ChangedFile[]): Promise<void> {
  const deleted = files.filter((file) => file.status === "deleted");
  const written = files.filter((file) => file.status !== "deleted");
  const runnable = written.filter((file) => file.mode === "100755");
  await sandbox.write(DELETED, nulls(deleted));
  await sandbox.write(RUNNABLE, nulls(runnable));
  await must(
    sandbox,
    `cd ${REPO_DIR} && git reset -q --hard base-commit && git clean -fdq && xargs -0 -r rm -f -- < ${DELETED}`,
  );
  for (const file of written) await sandbox.write(inRepo(file.path), await readFile(context, file));
  await must(sandbox, `cd ${REPO_DIR} && xargs -0 -r chmod 755 -- < ${RUNNABLE}`);
}

function nulls(files: ChangedFile[]): string {
  return files.map((file) => `${file.path}\0`).join("");
}

async function must(sandbox: Sandbox, command: string): Promise<void> {
  const { exitCode } = await sandbox.run(command, { timeoutMs: MINUTE });
  if (exitCode !== 0) throw new RunFailure("The change could not be put into the second sandbox.");
}

async function keyOf(files: ChangedFile[]): Promise<string> {
  const text = files.map((file) => `${file.sha} ${file.path}`).join("\n");
  return (await sha256Hex(new TextEncoder().encode(text))).slice(0, 12);
}
