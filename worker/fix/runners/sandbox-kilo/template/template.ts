import { Template, type TemplateClass } from "e2b";
import { AGENT_PACKAGES, type AgentName } from "../../agent-packages";

const NODE_VERSION = "22";

/** What tests of the usual repositories need; nothing that could reach outside by itself. */
const PACKAGES = ["build-essential", "ca-certificates", "git", "python3", "python3-pip", "ripgrep"];

/** What our own stages and the agent's wrapper call. */
const OUR_TOOLS = "base64 bash cut find git head setsid stdbuf tar tr xargs".split(" ");

/**
 * The sandbox of coding agents: Node, git and the agents' programs, which are too large (100 to 400 MB) to fetch for each run and must
 * not be fetched inside one. Built by `npm run template`, chosen by `KILOCODE_TEMPLATE_NAME`. What a run would miss fails the build.
 */
export function sandboxTemplate(agents: AgentName[] = ["sandbox_kilo"]): TemplateClass {
  const packages = agents.map((name) => AGENT_PACKAGES[name]);
  const programs = packages.map(({ program }) => `${program} --version`);
  const tools = OUR_TOOLS.map((tool) => `command -v ${tool}`);
  return Template()
    .fromNodeImage(NODE_VERSION)
    .aptInstall(PACKAGES)
    .npmInstall(
      packages.map(({ package: name, version }) => `${name}@${version}`),
      { g: true },
    )
    .runCmd([...tools, ...programs].join(" && "));
}
