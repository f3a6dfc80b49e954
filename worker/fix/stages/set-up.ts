import { REPO_DIR, WORK_DIR, type Sandbox, type SandboxPurpose } from "../sandbox/sandbox";
import { RunFailure, type RunContext } from "./context";
import { setUpCommands, type Tools } from "./set-up-command";

const SET_UP_SECONDS = 10 * 60;
const MINUTE = 60_000;
const DONE_FILE = `${WORK_DIR}/set-up-done`;
const TOOLS: Tools = { venv: `${WORK_DIR}/venv`, node: `${WORK_DIR}/tools` };
const TIMED_OUT = [124, 137];

/**
 * Installs what the repository declares while only package registries answer; then nothing answers any more. Ends the run when the
 * project's own command fails. What we have found out by ourselves may fail: the answer is then what to tell a reviewer, else null.
 */
export async function setUpAndLock(
  context: RunContext,
  sandboxId: string,
  purpose: SandboxPurpose,
): Promise<string | null> {
  const { deps } = context;
  const sandbox = await deps.sandboxes().connect(sandboxId);
  const done = await sandbox.read(DONE_FILE);
  if (done) return new TextDecoder().decode(done).trim() || null;
  await addToPath(sandbox);
  const fault = await install(context, sandbox, purpose);
  await sandbox.allowOnly([]);
  await sandbox.write(`${DONE_FILE}.part`, `${fault ?? ""}\n`);
  // What the set-up wrote belongs to the base: it is no change of the fix.
  const kept = await sandbox.run(
    `cd ${REPO_DIR} && git add -A && ` +
      `git -c user.name=base -c user.email=base@localhost -c commit.gpgsign=false commit -q --allow-empty -m set-up && ` +
      `git tag -f base-commit && mv ${DONE_FILE}.part ${DONE_FILE}`,
    { timeoutMs: MINUTE },
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
  return fault;
}

async function install(
  context: RunContext,
  sandbox: Sandbox,
  purpose: SandboxPurpose,
): Promise<string | null> {
  const { setupCommand, pathPrefix } = context.project;
  if (setupCommand) {
    const folder = workFolder(pathPrefix);
    const fault = await runSetUp(
      context,
      sandbox,
      { purpose, key: `set-up-${purpose}` },
      setupCommand,
      folder,
    );
    if (fault) throw new RunFailure(`The set-up command ${fault}`);
    return null;
  }
  const read = async (path: string) => {
    const bytes = await sandbox.read(`${REPO_DIR}/${path}`);
    return bytes && new TextDecoder().decode(bytes);
  };
  const commands = await setUpCommands({ folder: pathPrefix ?? "", read }, TOOLS);
  const faults: string[] = [];
  for (const [index, command] of commands.entries()) {
    const key = `set-up-${purpose}${index > 0 ? `-${index + 1}` : ""}`;
    const fault = await runSetUp(context, sandbox, { purpose, key }, command, REPO_DIR);
    if (fault) faults.push(`Set-up (${command}) ${fault}`);
  }
  return faults.length > 0 ? faults.join(" ") : null;
}

/** Runs one command with a time limit; the answer says how it failed, null that it did not. */
async function runSetUp(
  context: RunContext,
  sandbox: Sandbox,
  { purpose, key }: { purpose: SandboxPurpose; key: string },
  command: string,
  cwd: string,
): Promise<string | null> {
  await context.say({ kind: "stage", key, text: `Set-up (${purpose}): ${command}` });
  const script = `${WORK_DIR}/set-up.sh`;
  await sandbox.write(script, `${command}\n`);
  const result = await sandbox.run(`timeout -k 10 ${SET_UP_SECONDS} bash ${script} < /dev/null`, {
    cwd,
    timeoutMs: SET_UP_SECONDS * 1_000 + MINUTE,
  });
  const output = result.output.slice(-3_000);
  if (output.trim() !== "")
    await context.say({ level: 3, kind: "output", key: `${key}-output`, text: output });
  if (result.exitCode === 0) return null;
  if (result.timedOut || TIMED_OUT.includes(result.exitCode))
    return `did not end within ${SET_UP_SECONDS / 60} minutes.`;
  const last = output.trim().split("\n").at(-1) ?? "";
  return `failed with exit code ${result.exitCode}${last ? `: ${last.slice(0, 200)}` : "."}`;
}

/** Every later command, the agent's too, is a login shell: it finds what the set-up installs. */
async function addToPath(sandbox: Sandbox): Promise<void> {
  const line = `export PATH="${TOOLS.venv}/bin:${TOOLS.node}/bin:$PATH" PYTHONDONTWRITEBYTECODE=1`;
  await sandbox.run(
    `f=~/.bash_profile; [ -e $f ] || f=~/.profile; grep -qsF '${TOOLS.venv}' $f || echo '${line}' >> $f`,
    { timeoutMs: MINUTE },
  );
}

/** The folder that commands run in. */
export function workFolder(pathPrefix: string | null): string {
  return pathPrefix ? `${REPO_DIR}/${pathPrefix}` : REPO_DIR;
}
