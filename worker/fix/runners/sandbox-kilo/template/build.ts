import { parseArgs } from "node:util";
import { Template } from "e2b";
import { kilocodeTemplate } from "./template";

/**
 * `npm run template [-- --name NAME] [--cpus 2] [--memory 4096]`: builds the template in the e2b account of `E2B_API_KEY`. The name is
 * what `KILOCODE_TEMPLATE_NAME` has to say. Prints the Dockerfile instead with `--print`.
 */
async function build(): Promise<void> {
  const { values } = parseArgs({
    options: {
      name: { type: "string", default: "soulcaster-kilocode" },
      cpus: { type: "string", default: "2" },
      memory: { type: "string", default: "4096" },
      print: { type: "boolean", default: false },
    },
  });
  if (values.print) {
    console.log(Template.toDockerfile(kilocodeTemplate));
    return;
  }
  const apiKey = process.env["E2B_API_KEY"];
  if (!apiKey) throw new Error("Set E2B_API_KEY to the key of the account that runs sandboxes.");
  await Template.build(kilocodeTemplate, values.name, {
    apiKey,
    cpuCount: Number(values.cpus),
    memoryMB: Number(values.memory),
    onBuildLogs: (entry) => console.log(entry.toString()),
  });
  console.log(`Built. Set KILOCODE_TEMPLATE_NAME=${values.name}.`);
}

build().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
