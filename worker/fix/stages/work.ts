import { REPO_DIR, WORK_DIR, type Sandbox } from "../sandbox/sandbox";
import { runBatch } from "../../store/db";
import { updateRun } from "../../store/runs";
import { notesFor } from "../steering";
import type { AgentRunner } from "../runners/runner";
import { RunFailure, type RunContext } from "./context";

const MINUTE = 60_000;

/** The files of one turn of the agent, which it has anew each time that a person's word starts it again (`take`). */
function marksOf(turn: number, take: number) {
  const name = turn === 1 ? "agent" : `agent-${turn}`;
  const stem = `${WORK_DIR}/${name}${take > 0 ? `.${take}` : ""}`;
  return {
    pid: `${stem}.pid`,
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
  const marks = marksOf(turn, run.take);
  const model = await deps.agentModel(context.project, run.id, runner.wires);
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
      program: deps.agentProgram(runner.name),
      faults,
      notes: notesFor(run),
      resumed: run.resumeFrom === "work" && run.artifactKey !== null,
    });
    for (const file of command.files) await sandbox.write(file.path, file.content);
    // An earlier take may be at work still, where the Workflow that would have ended it has died.
    await sandbox.run(
      `for f in ${WORK_DIR}/*.pid; do [ "$f" = ${marks.pid} ] || { ${killGroup('"$f"')}; }; done; true`,
      { timeoutMs: MINUTE },
    );
    await sandbox.write(`${WORK_DIR}/agent.sh`, wrapper(command.argv, marks));
    await runBatch(deps.db, [updateRun(deps.db, run.projectId, run.id, { resumeFrom: "work" })]);
    await sandbox.start(`setsid -w bash ${WORK_DIR}/agent.sh`, {
      cwd: REPO_DIR,
      env: command.env,
    });
    await context.say({
      kind: "stage",
      key: `agent-${turn}-${run.take}-${sandboxId}`,
      text:
        faults.length === 0
          ? `Agent started (${runner.name}, ${model.name}).`
          : `Agent started once more: ${turn === 2 ? "what it changed does not parse" : "the review found what must not go out"}.`,
    });
  }
  const { output: outputPath, exit: exitPath } = marks;
  const watched = { sandboxId, outputPath, exitPath, runner: runner.name };
  await deps.runLog(run.id).watch(watched);
}

/** Ends the processes of the group whose leader a file names. It lies where the agent may write: only digits reach the shell. */
function killGroup(pidFile: string): string {
  return `p=$(head -c 12 ${pidFile} 2>/dev/null | tr -cd 0-9); [ -z "$p" ] || kill -KILL -- "-$p" 2>/dev/null`;
}

/** Whether this turn's agent, in its present take, was started in the sandbox. */
export async function agentStarted(
  { run }: RunContext,
  sandbox: Sandbox,
  turn: number,
): Promise<boolean> {
  return (await sandbox.read(marksOf(turn, run.take).started)) !== null;
}

/** Ends the agent's processes and closes the gateway; what it wrote stays. None running is no error. */
export async function stopAgent(
  { deps, run }: RunContext,
  sandbox: Sandbox,
  turn: number,
): Promise<void> {
  const { pid } = marksOf(turn, run.take);
  await sandbox.run(`${killGroup(pid)}; true`, { timeoutMs: MINUTE });
  await sandbox.allowOnly([]);
  await deps.runLog(run.id).unwatch();
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
  const marks = marksOf(turn, context.run.take);
  const sandbox = await context.deps.sandboxes().connect(sandboxId);
  if (!(await sandbox.read(marks.exit))) return null;
  if (!(await sandbox.read(marks.closed))) {
    await sandbox.allowOnly([]);
    await sandbox.write(marks.closed, "closed");
  }
  const exit = await context.deps.runLog(context.run.id).watchedExit();
  if (exit === NOT_FOUND || exit === NOT_RUNNABLE) {
    throw new RunFailure(
      `The agent's program (${context.deps.agentProgram(context.run.runner)}) does not run in the sandbox. ` +
        "Locally `npm run world:agent` fetches it; elsewhere the sandbox's template must have it.",
    );
  }
  return exit;
}

/**
 * The agent's output is bounded, so that an endless log does not fill the disk, and unbuffered, so that it is followed live. Who
 * comes first makes the mark (`noclobber` makes that one step), so that a start that is tried again starts no second agent.
 */
function wrapper(argv: string[], marks: ReturnType<typeof marksOf>): string {
  const quoted = argv.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
  return [
    "#!/bin/bash",
    `( set -o noclobber; echo started > ${marks.started} ) 2>/dev/null || exit 0`,
    `echo $$ > ${marks.pid}`,
    `${quoted} </dev/null 2>&1 | stdbuf -o0 head -c 50000000 > ${marks.output}`,
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
