import { Template } from "e2b";
import { describe, expect, test } from "vitest";
import { AGENT_PACKAGES, type AgentName } from "../../../../../worker/fix/runners/agent-packages";
import { sandboxTemplate } from "../../../../../worker/fix/runners/sandbox-kilo/template/template";

const AGENTS = Object.keys(AGENT_PACKAGES) as AgentName[];

describe("the sandbox's template", () => {
  test("is Kilocode's, where nothing else is asked for", () => {
    const dockerfile = Template.toDockerfile(sandboxTemplate());
    expect(dockerfile).toContain("npm install -g @kilocode/cli@");
    for (const { package: name } of AGENTS.slice(1).map((agent) => AGENT_PACKAGES[agent]))
      expect(dockerfile).not.toContain(name);
  });

  test.each(AGENTS)("bakes in %s in the version that is tested here", (name) => {
    const { package: packageName, version } = AGENT_PACKAGES[name];
    const dockerfile = Template.toDockerfile(sandboxTemplate([name]));
    expect(dockerfile).toMatch(/^FROM node:22\n/);
    expect(dockerfile).toContain(`npm install -g ${packageName}@${version}\n`);
    expect(dockerfile).toMatch(/apt-get install[^\n]*\bgit\b/);
  });

  test("fails to build without what a run calls: the wrapper's tools, and each agent's program", () => {
    const [last] = Template.toDockerfile(sandboxTemplate(AGENTS)).trimEnd().split("\n").slice(-1);
    const calls = last!.replace(/^RUN /, "").split(" && ");
    for (const tool of ["bash", "git", "setsid", "stdbuf", "xargs", "head", "tr", "tar"])
      expect(calls).toContain(`command -v ${tool}`);
    for (const name of AGENTS) expect(calls).toContain(`${AGENT_PACKAGES[name].program} --version`);
  });

  test("is what e2b's SDK would send to build it", async () => {
    const json = JSON.parse(await Template.toJSON(sandboxTemplate(), false)) as {
      fromImage: string;
      steps: { type: string; args: string[] }[];
    };
    expect(json.fromImage).toBe("node:22");
    // npm's global folder and apt belong to root, in a build whose user is not.
    const asRoot = json.steps
      .filter(({ args }) => args.at(-1) === "root")
      .map(({ args }) => args[0]);
    expect(asRoot.some((line) => line!.includes("apt-get install"))).toBe(true);
    expect(asRoot.some((line) => line!.includes("npm install -g"))).toBe(true);
  });
});
