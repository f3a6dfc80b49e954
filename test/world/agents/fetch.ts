import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { AGENT_PACKAGES, type AgentName } from "../../../worker/fix/runners/agent-packages";
import { AGENTS_DIR } from "../start/paths";

const MINUTE = 60_000;
const NAMES = Object.keys(AGENT_PACKAGES) as AgentName[];

/** A fetched agent: its folder on this machine, where a local sandbox sees that, and its program there. */
export type FetchedAgent = { name: AgentName; dir: string; inside: string; program: string };

/** The agents that were fetched. Inside they lie in folders that no sandbox's own mounts cover. */
export function fetchedAgents(): FetchedAgent[] {
  return NAMES.map(placeOf).filter(({ dir }) => existsSync(path.join(dir, "node_modules")));
}

function placeOf(name: AgentName): FetchedAgent {
  const { program } = AGENT_PACKAGES[name];
  const inside = `/opt/${program}`;
  return {
    name,
    dir: path.join(AGENTS_DIR, program),
    inside,
    program: `${inside}/node_modules/.bin/${program}`,
  };
}

/**
 * Fetches an agent's program (100 to 400 MB) from the package registry and checks that it runs. None is part of `npm ci`, since only
 * its own runner with a model needs it. Of install scripts only the one that we name runs. Answers
 * the program's path here. Throws in plain words.
 */
export function fetchAgent(name: AgentName): string {
  const { package: packageName, version, program } = AGENT_PACKAGES[name];
  const { dir } = placeOf(name);
  const bin = path.join(dir, "node_modules", ".bin", program);
  if (versionOf(bin) === version) return bin;
  mkdirSync(dir, { recursive: true });
  const install = ["install", "--prefix", dir, "--no-save", "--ignore-scripts", "--no-audit"];
  const result = spawnSync("npm", [...install, "--no-fund", `${packageName}@${version}`], {
    stdio: ["ignore", "ignore", "pipe"],
    encoding: "utf8",
    timeout: 15 * MINUTE,
  });
  if (result.status !== 0) {
    throw new Error(`Could not fetch ${packageName}:\n${result.stderr.slice(-2_000)}`);
  }
  // opencode's wrapper does not look for the build that suits the processor; its script puts it in place.
  if (name === "sandbox_opencode") {
    spawnSync(process.execPath, ["postinstall.mjs"], {
      cwd: path.join(dir, "node_modules", packageName),
    });
  }
  const found = versionOf(bin);
  if (found === version) return bin;
  throw new Error(
    `${packageName} was fetched but does not run here (${found ?? "no answer"}): there may be no build of it for this machine.`,
  );
}

/** The number in what `--version` says; null when the program is not there or does not run. */
function versionOf(program: string): string | null {
  if (!existsSync(program)) return null;
  const result = spawnSync(program, ["--version"], { encoding: "utf8", timeout: MINUTE });
  return result.status === 0 ? (/\d+\.\d+\.\d+/.exec(result.stdout)?.[0] ?? null) : null;
}

/** `npm run world:agent -- kilo|opencode|gemini|codex` */
function main(asked: string | undefined): void {
  const name = NAMES.find((one) => AGENT_PACKAGES[one].program === asked);
  if (!name) {
    const programs = NAMES.map((one) => AGENT_PACKAGES[one].program).join(", ");
    throw new Error(`Name the agent to fetch: ${programs}.`);
  }
  console.log(`Fetching ${AGENT_PACKAGES[name].package} (100 to 400 MB) …`);
  fetchAgent(name);
  console.log(`  ✓ ${AGENT_PACKAGES[name].package} ${AGENT_PACKAGES[name].version} is ready.`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  try {
    main(process.argv[2]);
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
