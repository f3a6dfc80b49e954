import { z } from "zod";
import { reporting, type Reporting, type Scripts } from "./reporting";
import type { Base, Part, PlacesOf } from "./base";

const Manifest = z.looseObject({
  scripts: z.record(z.string(), z.string()).catch({}).default({}),
  workspaces: z
    .union([
      z.array(z.string()),
      z.object({ packages: z.array(z.string()) }).transform((all) => all.packages),
    ])
    .nullish()
    .catch(null),
});

/** `npm init` writes this where there is no test. */
const NO_TEST = /no test specified/;
/** Scripts that only start the tests of the packages inside. */
const OF_PACKAGES =
  /\b(?:turbo|lerna|nx|wsrun|rush|ultra|preconstruct)\b|\b(?:npm|pnpm|yarn)\b[^&|;]*\s(?:-ws|--workspaces?|-r|--recursive|--filter|-F|-w)\b|\bworkspaces (?:foreach|run)\b/;
const PACKAGES_LIMIT = 20;

/**
 * The tests of a folder that has a package.json: its own script `test`, or those of its workspaces where the script only hands on to
 * them or is not there.
 */
export async function nodeParts(
  base: Base,
  folder: string,
  places: PlacesOf,
  programs: string,
): Promise<Part[]> {
  const at = (name: string) => (folder ? `${folder}/${name}` : name);
  const manifest = manifestOf(await base.read(at("package.json")));
  const script = testScript(manifest?.scripts ?? {});
  if (script && !OF_PACKAGES.test(script)) {
    const start = (await usesPlugAndPlay(base, at)) ? "yarn run test" : "npm test";
    return [
      part(folder, start, script, reporting(start, manifest!.scripts, places(folder), programs)),
    ];
  }
  const parts: Part[] = [];
  for (const inner of await workspaces(base, at, manifest?.workspaces ?? null)) {
    const { scripts } = manifestOf(await base.read(`${inner}/package.json`)) ?? { scripts: {} };
    const own = testScript(scripts);
    if (own && !OF_PACKAGES.test(own))
      parts.push(
        part(inner, "npm test", own, reporting("npm test", scripts, places(inner), programs)),
      );
    if (parts.length >= PACKAGES_LIMIT) break;
  }
  if (parts.length === 0 && script)
    return [part(folder, "npm test", script, reporting("npm test", {}, places(folder), programs))];
  return parts;
}

/** The scripts of the package.json in the folder where tests run. */
export async function scriptsOf(base: Base): Promise<Scripts> {
  return manifestOf(await base.read("package.json"))?.scripts ?? {};
}

function part(folder: string, command: string, script: string, run: Reporting): Part {
  return { folder, command, script, run };
}

function testScript(scripts: Scripts): string | null {
  const { test } = scripts;
  return test && !NO_TEST.test(test) ? test : null;
}

function manifestOf(text: string | null): z.infer<typeof Manifest> | null {
  if (text === null) return null;
  try {
    return Manifest.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Yarn's own way to find packages: without `node_modules` npm would not find the runner. */
async function usesPlugAndPlay(base: Base, at: (name: string) => string): Promise<boolean> {
  const settings = await base.read(at(".yarnrc.yml"));
  return settings !== null && !/^\s*nodeLinker:\s*["']?(?:node-modules|pnpm)/m.test(settings);
}

/** Folders with a package.json that the workspace's globs name, in the order of their paths. */
async function workspaces(
  base: Base,
  at: (name: string) => string,
  declared: string[] | null,
): Promise<string[]> {
  const pnpm = await base.read(at("pnpm-workspace.yaml"));
  const lerna = await base.read(at("lerna.json"));
  const globs = [
    ...(declared ?? []),
    ...[...(pnpm ?? "").matchAll(/^\s*-\s*["']?([^"'#\s]+)/gm)].map((match) => match[1]!),
    ...[...(lerna ?? "").matchAll(/"([^"\s]+\/\*{1,2})"/g)].map((match) => match[1]!),
  ];
  const wanted = globs.filter((glob) => !glob.startsWith("!")).map((glob) => patternOf(at(glob)));
  const not = globs
    .filter((glob) => glob.startsWith("!"))
    .map((glob) => patternOf(at(glob.slice(1))));
  const folders = base.paths.flatMap((path) => /^(.+)\/package\.json$/.exec(path)?.[1] ?? []);
  return folders
    .filter((one) => wanted.some((glob) => glob.test(one)) && !not.some((glob) => glob.test(one)))
    .toSorted();
}

function patternOf(glob: string): RegExp {
  const text = glob
    .replace(/^\.\//, "")
    .replace(/\/$/, "")
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*\*/g, "\0")
    .replace(/\*/g, "[^/]*")
    .replace(/\0/g, ".*");
  return new RegExp(`^${text}$`);
}
