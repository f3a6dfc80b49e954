import { makeFixProject } from "./fix";
import type { TestProject } from "./api";

const PROGRAM = "/home/user/scripted-agent";

/**
 * A project whose sandboxes have a scripted agent in place of the Kilocode CLI: `script` is a program in bash that is started in
 * the checkout with the agent's own arguments. `$turn` counts its starts. The tests of the project are its repository's own.
 */
export function makeAgentProject(script: string): Promise<TestProject> {
  const program = [
    "#!/bin/bash",
    "turn=$(( $(cat /home/user/.turns 2>/dev/null || echo 0) + 1 )); echo $turn > /home/user/.turns",
    script,
    "",
  ].join("\n");
  const packed = btoa(String.fromCharCode(...new TextEncoder().encode(program)));
  return makeFixProject({
    setup_command: `echo ${packed} | base64 -d > ${PROGRAM} && chmod +x ${PROGRAM}`,
    test_command: "npm test",
  });
}

/** One of the events that the Kilocode CLI prints, as a line of bash. */
export function says(text: string): string {
  return `printf '%s\\n' '${JSON.stringify({ type: "text", part: { text } }).replaceAll("'", `'\\''`)}'`;
}
