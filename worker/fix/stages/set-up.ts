import { REPO_DIR, WORK_DIR, type SandboxPurpose } from "../sandbox/sandbox";
import { RunFailure, type RunContext } from "./context";

const SET_UP_MS = 10 * 60_000;
const DONE_FILE = `${WORK_DIR}/set-up-done`;

/** Installs what the repository declares while only package registries answer; then nothing answers any more. */
export async function setUpAndLock(
  context: RunContext,
  sandboxId: string,
  purpose: SandboxPurpose,
): Promise<void> {
  const { deps, project } = context;
  const sandbox = await deps.sandboxes().connect(sandboxId);
  if (await sandbox.read(DONE_FILE)) return;
  const command = project.setupCommand ?? (await defaultSetUp(sandbox));
  if (command) {
    await context.say({
      kind: "stage",
      key: `set-up-${purpose}`,
      text: `Set-up (${purpose}): ${command}`,
    });
    const result = await sandbox.run(command, {
      cwd: workFolder(project.pathPrefix),
      timeoutMs: SET_UP_MS,
    });
    await context.say({
      level: 3,
      kind: "output",
      key: `set-up-${purpose}-output`,
      text: result.output.slice(-3_000),
    });
    if (result.exitCode !== 0) {
      throw new RunFailure(`The set-up command failed with exit code ${result.exitCode}.`);
    }
  }
  await sandbox.allowOnly([]);
  // What the set-up wrote belongs to the base: it is no change of the fix.
  const kept = await sandbox.run(
    `cd ${REPO_DIR} && git add -A && ` +
      `git -c user.name=base -c user.email=base@localhost -c commit.gpgsign=false commit -q --allow-empty -m set-up && ` +
      `git tag -f base-commit && echo done > ${DONE_FILE}`,
    { timeoutMs: 60_000 },
  );
  if (kept.exitCode !== 0)
    throw new RunFailure("The state after the set-up could not be recorded.");
  await context.say({
    kind: "stage",
    key: `lock-${purpose}`,
    text:
      purpose === "work"
        ? "Sandbox locked: nothing outside answers."
        : "Second sandbox locked: nothing outside answers.",
  });
}

/** The folder that commands run in. */
export function workFolder(pathPrefix: string | null): string {
  return pathPrefix ? `${REPO_DIR}/${pathPrefix}` : REPO_DIR;
}

/** What the repository's own manifest asks for, when the project does not say. */
async function defaultSetUp(sandbox: { read(path: string): Promise<Uint8Array | null> }) {
  const lock = await sandbox.read(`${REPO_DIR}/package-lock.json`);
  return lock ? "npm ci --ignore-scripts --no-audit --no-fund" : null;
}
