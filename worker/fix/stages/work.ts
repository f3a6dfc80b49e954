import { REPO_DIR, WORK_DIR, type Sandbox } from "../sandbox/sandbox";
import type { WatchedAgent } from "../run-log";
import type { AgentRunner } from "../runners/runner";
import { RunFailure, type RunContext } from "./context";

const MINUTE = 60_000;

/** The files of one turn of the agent. It has a second one when it left files that do not parse. */
function marksOf(turn: number) {
  const stem = turn === 1 ? `${WORK_DIR}/agent` : `${WORK_DIR}/agent-${turn}`;
  return {
    output: `${stem}.out`,
    exit: `${stem}.exit`,
    opened: `${stem}.opened`,
    started: `${stem}.started`,
    closed: `${stem}.closed`,
  };
}

/** What a shell answers for a program that is not there, or cannot be run (POSIX, Shell Command Language 2.8.2). */
const NOT_FOUND = 127;
const NOT_RUNNABLE = 126;

/** What came of the work. `derivedTest`: a test that an edge runner wrote, to be dropped if it proves nothing. */
export type Work = { summary: string; derivedTest: string | null };

/** Takes back a test that was derived and proved nothing. */
export async function dropTest(
  context: RunContext,
  sandboxId: string,
  path: string,
): Promise<null> {
  const sandbox = await context.deps.sandboxes().connect(sandboxId);
  await sandbox.write(`${WORK_DIR}/dropped`, `${path}\0`);
  await sandbox.run(`cd ${REPO_DIR} && xargs -0 rm -f -- < ${WORK_DIR}/dropped`, {
    timeoutMs: MINUTE,
  });
  const text = "The derived test does not reproduce the crash here; it is not part of the change.";
  await context.say({ kind: "stage", key: "drop-test", text });
  return null;
}

/** Takes back whatever was done in the checkout. */
export async function resetToBase(sandbox: Sandbox): Promise<void> {
  const reset = await sandbox.run(
    `cd ${REPO_DIR} && git reset -q --hard base-commit && git clean -fdq`,
    { timeoutMs: MINUTE },
  );
  if (reset.exitCode !== 0) throw new RunFailure("The repository could not be set to its base.");
}

/** The repository's files at the base, as far as the list has room. */
export async function listFiles(sandbox: Sandbox): Promise<string[]> {
  const list = `${WORK_DIR}/files.list`;
  await sandbox.run(`cd ${REPO_DIR} && git ls-files -z | head -c 1000000 > ${list}`, {
    timeoutMs: MINUTE,
  });
  const text = decode(await sandbox.read(list)) ?? "";
  return text.split("\0").slice(0, -1);
}

/** Opens the gateway and starts the agent under a wrapper that writes its output and its exit code to files. */
export async function startAgent(
  context: RunContext,
  runner: AgentRunner,
  sandboxId: string,
  turn = 1,
  faults: string[] = [],
): Promise<void> {
  const { deps, run, plan } = context;
  const marks = marksOf(turn);
  const model = await deps.agentModel(context.project, run.id);
  if (!model || !deps.gatewayHost) throw new RunFailure("No model is set up for this runner.");
  const sandbox = await deps.sandboxes().connect(sandboxId);
  if (!(await sandbox.read(marks.started))) {
    // Once only: opening the network ends what runs, and a repeated step must not end the agent that the first one started.
    if (!(await sandbox.read(marks.opened))) {
      await sandbox.allowOnly([deps.gatewayHost]);
      await sandbox.write(marks.opened, "opened");
    }
    const command = runner.command({
      plan: plan.content,
      model,
      workdir: REPO_DIR,
      program: deps.agentProgram,
      faults,
    });
    for (const file of command.files) await sandbox.write(file.path, file.content);
    await sandbox.write(`${WORK_DIR}/agent.sh`, wrapper(command.argv, marks));
    await sandbox.start(`bash ${WORK_DIR}/agent.sh`, { cwd: REPO_DIR, env: command.env });
    await context.say({
      kind: "stage",
      key: `agent-${turn}`,
      text:
        turn === 1
          ? `Agent started (${runner.name}, ${model.name}).`
          : `Agent started once more: ${turn === 2 ? "what it changed does not parse" : "the review found what must not go out"}.`,
    });
  }
  await deps.runLog(run.id).watch(watchedOf(sandboxId, turn, runner.name));
}

function watchedOf(sandboxId: string, turn: number, runner: string): WatchedAgent {
  const { output, exit } = marksOf(turn);
  return { sandboxId, outputPath: output, exitPath: exit, runner };
}

/**
 * Whether the agent has ended; looks at the files, so that it holds whoever else is watching. As soon as it has, the gateway is
 * closed again: nothing that it left running may spend.
 */
export async function agentExit(
  context: RunContext,
  sandboxId: string,
  turn = 1,
): Promise<number | null> {
  const marks = marksOf(turn);
  const sandbox = await context.deps.sandboxes().connect(sandboxId);
  if (!(await sandbox.read(marks.exit))) return null;
  if (!(await sandbox.read(marks.closed))) {
    await sandbox.allowOnly([]);
    await sandbox.write(marks.closed, "closed");
  }
  const exit = await context.deps.runLog(context.run.id).watchedExit();
  if (exit === NOT_FOUND || exit === NOT_RUNNABLE) {
    throw new RunFailure(
      `The agent's program (KILOCODE_COMMAND, ${context.deps.agentProgram}) does not run in the sandbox. ` +
        "Locally `npm run world:kilo` fetches it; elsewhere the sandbox's template must have it.",
    );
  }
  return exit;
}

/**
 * The agent's output is bounded, so that an endless log does not fill the disk. Who comes first makes the mark (`noclobber`
 * makes that one step), so that a start that is tried again starts no second agent.
 */
function wrapper(argv: string[], marks: ReturnType<typeof marksOf>): string {
  const quoted = argv.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
  return [
    "#!/bin/bash",
    `( set -o noclobber; echo started > ${marks.started} ) 2>/dev/null || exit 0`,
    `${quoted} </dev/null 2>&1 | head -c 50000000 > ${marks.output}`,
    `echo "\${PIPESTATUS[0]}" > ${marks.exit}.part && mv ${marks.exit}.part ${marks.exit}`,
    "",
  ].join("\n");
}

/** The place of a repository path. Throws for a path that would leave the repository. */
export function inRepo(path: string): string {
  const parts = path.split("/");
  if (
    path.startsWith("/") ||
    parts.includes("..") ||
    parts.includes(".git") ||
    path.includes("\0")
  ) {
    throw new RunFailure(`The path ${JSON.stringify(path)} is outside the repository.`);
  }
  return `${REPO_DIR}/${path}`;
}

/** The text of a file; null where there is none, or it is not UTF-8. */
export function decode(bytes: Uint8Array | null): string | null {
  if (!bytes) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
