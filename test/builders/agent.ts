import { call, signInAs, type TestProject } from "./api";
import { clusterOf, crashReport, makeFixProject, pause, readRun } from "./fix";

/** Where the Worker of the tests looks for an agent in a sandbox (`KILOCODE_COMMAND`). */
const PROGRAM = "/home/user/scripted-agent";

/**
 * The set-up command that puts a coding agent where the real one's program would be: a few lines of bash, started in the checkout
 * with the agent's own arguments. `$task` is what it was told, `$turn` counts its starts.
 */
export function setUpAgent(script: string): string {
  const program = [
    "#!/bin/bash",
    'task="${@: -1}"',
    "turn=$(( $(cat /home/user/.turns 2>/dev/null || echo 0) + 1 )); echo $turn > /home/user/.turns",
    script,
    "",
  ].join("\n");
  const packed = btoa(String.fromCharCode(...new TextEncoder().encode(program)));
  return `echo ${packed} | base64 -d > ${PROGRAM} && chmod +x ${PROGRAM}`;
}

/** A project whose sandboxes have such an agent. The tests of the project are its repository's own. */
export function makeAgentProject(script: string): Promise<TestProject> {
  return makeFixProject({ setup_command: setUpAgent(script), test_command: "npm test" });
}

/** Begins its work and then does not come to an end, unless it is told to finish. */
export const SLOW_AGENT = [
  'case "$task" in *"Finish at once"*)',
  "  echo '// finished' >> src/discounts.js; exit 0;; esac",
  "echo '// begun' >> src/discounts.js",
  "echo working; sleep 600",
].join("\n");

export type AgentRun = {
  project: TestProject;
  clusterId: string;
  runId: string;
  /** Headers of a person with that role. */
  operator: Record<string, string>;
  approver: Record<string, string>;
};

/** A run of such an agent, once it is at work. */
export async function startAgentRun(
  script = SLOW_AGENT,
  settings: Record<string, unknown> = {},
): Promise<AgentRun> {
  const project = await makeFixProject({ setup_command: setUpAgent(script) });
  await call("PATCH", "/projects/~", { token: project.token, body: { settings } });
  const clusterId = await clusterOf(project, crashReport("coupon"));
  const answer = await call("POST", `/clusters/${clusterId}/start_fix`, {
    token: project.token,
    body: { runner: "sandbox_kilo" },
  });
  if (answer.status !== 202) throw new Error(`start_fix answered ${answer.status}: ${answer.text}`);
  const runId = (answer.json as unknown as { job_id: string }).job_id;
  const [operator, approver] = await Promise.all([
    signInAs(project.projectId, "operator"),
    signInAs(project.projectId, "approver"),
  ]);
  return { project, clusterId, runId, operator, approver };
}

/** Waits until the run's log says something; throws with the log when it takes over 45 seconds. */
export async function untilSaid(
  { project, runId }: Pick<AgentRun, "project" | "runId">,
  words: string,
): Promise<void> {
  const end = Date.now() + 45_000;
  for (;;) {
    const { logs, status } = await readRun(project, runId);
    if (logs.includes(words)) return;
    if (Date.now() > end) throw new Error(`"${words}" was not said (${status}).\n${logs}`);
    await pause(50);
  }
}

export function steer(
  { project, runId }: Pick<AgentRun, "project" | "runId">,
  headers: Record<string, string>,
  verb: "pause" | "resume" | "redirect" | "cancel" | "retry" | "follow_up",
  body: Record<string, unknown> = {},
) {
  return call("POST", `/projects/${project.projectId}/jobs/${runId}/${verb}`, { headers, body });
}

/** One of the events that the Kilocode CLI prints, as a line of bash. */
export function says(text: string): string {
  return `printf '%s\\n' '${JSON.stringify({ type: "text", part: { text } }).replaceAll("'", `'\\''`)}'`;
}
