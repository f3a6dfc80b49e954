import { parseArgs } from "node:util";
import { Template } from "e2b";
import { AGENT_PACKAGES, type AgentName } from "../../agent-packages";
import { sandboxTemplate } from "./template";

const NAMES = Object.keys(AGENT_PACKAGES) as AgentName[];

/**
 * `npm run template [-- --name NAME] [--agent kilo]… [--cpus 2] [--memory 4096]`: builds the template in the e2b account of
 * `E2B_API_KEY`. The name is what `KILOCODE_TEMPLATE_NAME` has to say. Prints the Dockerfile instead with `--print`.
 */
async function build(): Promise<void> {
  const { values } = parseArgs({
    options: {
      name: { type: "string", default: "soulcaster-kilocode" },
      agent: { type: "string", multiple: true, default: ["kilo"] },
      cpus: { type: "string", default: "2" },
      memory: { type: "string", default: "4096" },
      print: { type: "boolean", default: false },
    },
  });
  const template = sandboxTemplate(values.agent.map(agentOf));
  if (values.print) {
    console.log(Template.toDockerfile(template));
    return;
  }
  const apiKey = process.env["E2B_API_KEY"];
  if (!apiKey) throw new Error("Set E2B_API_KEY to the key of the account that runs sandboxes.");
  await Template.build(template, values.name, {
    apiKey,
    cpuCount: Number(values.cpus),
    memoryMB: Number(values.memory),
    onBuildLogs: (entry) => console.log(entry.toString()),
  });
  console.log(`Built. Set KILOCODE_TEMPLATE_NAME=${values.name}.`);
}

function agentOf(program: string): AgentName {
  const name = NAMES.find((one) => AGENT_PACKAGES[one].program === program);
  if (name) return name;
  const programs = NAMES.map((one) => AGENT_PACKAGES[one].program).join(", ");
  throw new Error(`There is no agent ${program}; there are ${programs}.`);
}

build().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
