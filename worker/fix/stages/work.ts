import { REPO_DIR, WORK_DIR } from "../sandbox/sandbox";
import type { AgentRunner, EdgeRunner } from "../runners/runner";
import { RunFailure, type RunContext } from "./context";

const OUTPUT = `${WORK_DIR}/agent.out`;
const EXIT = `${WORK_DIR}/agent.exit`;
const OPENED = `${WORK_DIR}/agent.opened`;
const STARTED = `${WORK_DIR}/agent.started`;
/** What a shell answers for a program that is not there, or cannot be run (POSIX, Shell Command Language 2.8.2). */
const NOT_FOUND = 127;
const NOT_RUNNABLE = 126;
const EDGE_DONE = `${WORK_DIR}/edge-done`;

/** Lets an edge runner propose, and writes its files. Ends the run with the runner's plain reason when no rule applies. */
export async function workAtEdge(
  context: RunContext,
  runner: EdgeRunner,
  sandboxId: string,
): Promise<string> {
  const sandbox = await context.deps.sandboxes().connect(sandboxId);
  const done = await sandbox.read(EDGE_DONE);
  if (done) return new TextDecoder().decode(done);
  const proposal = await runner.propose({
    plan: context.plan.content,
    readFile: async (path) => decode(await sandbox.read(inRepo(path))),
  });
  if (proposal.kind === "nothing") throw new RunFailure(proposal.reason);
  for (const file of proposal.files) await sandbox.write(inRepo(file.path), file.content);
  await sandbox.write(EDGE_DONE, proposal.summary);
  await context.say({ kind: "stage", key: "work", text: proposal.summary });
  return proposal.summary;
}

/** Opens the gateway and starts the agent under a wrapper that writes its output and its exit code to files. */
export async function startAgent(
  context: RunContext,
  runner: AgentRunner,
  sandboxId: string,
): Promise<void> {
  const { deps, run, plan } = context;
  const model = await deps.agentModel(run.id);
  if (!model || !deps.gatewayHost) throw new RunFailure("No model is set up for this runner.");
  const sandbox = await deps.sandboxes().connect(sandboxId);
  if (!(await sandbox.read(STARTED))) {
    // Once only: opening the network ends what runs, and a repeated step must not end the agent that the first one started.
    if (!(await sandbox.read(OPENED))) {
      await sandbox.allowOnly([deps.gatewayHost]);
      await sandbox.write(OPENED, "opened");
    }
    const command = runner.command({
      plan: plan.content,
      model,
      workdir: REPO_DIR,
      program: deps.agentProgram,
    });
    for (const file of command.files) await sandbox.write(file.path, file.content);
    await sandbox.write(`${WORK_DIR}/agent.sh`, wrapper(command.argv));
    await sandbox.start(`bash ${WORK_DIR}/agent.sh`, { cwd: REPO_DIR, env: command.env });
    await context.say({
      kind: "stage",
      key: "agent",
      text: `Agent started (${runner.name}, ${model.name}).`,
    });
  }
  const watched = { sandboxId, outputPath: OUTPUT, exitPath: EXIT, runner: runner.name };
  await deps.runLog(run.id).watch(watched);
}

/** Whether the agent has ended; looks at the files, so that it holds whoever else is watching. */
export async function agentExit(context: RunContext, sandboxId: string): Promise<number | null> {
  const sandbox = await context.deps.sandboxes().connect(sandboxId);
  if (!(await sandbox.read(EXIT))) return null;
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
function wrapper(argv: string[]): string {
  const quoted = argv.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
  return [
    "#!/bin/bash",
    `( set -o noclobber; echo started > ${STARTED} ) 2>/dev/null || exit 0`,
    `${quoted} </dev/null 2>&1 | head -c 50000000 > ${OUTPUT}`,
    `echo "\${PIPESTATUS[0]}" > ${EXIT}.part && mv ${EXIT}.part ${EXIT}`,
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

function decode(bytes: Uint8Array | null): string | null {
  if (!bytes) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
