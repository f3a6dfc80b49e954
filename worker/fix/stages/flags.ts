import type { ChangedFile } from "../../domain/evidence";
import { isTestFile } from "../evidence/patch-files";
import { readDiff } from "./diff";

/** A line of a manifest that names a dependency and its version. */
const DEPENDENCIES: [RegExp, RegExp][] = [
  [
    /(?:^|\/)package\.json$/,
    /^\s*"([^"]+)":\s*"(?:[~^>=<*]|\d|npm:|git|file:|https?:|workspace:|latest)/,
  ],
  [/(?:^|\/)requirements[^/]*\.txt$/, /^\s*([A-Za-z][\w.-]*)\s*(?:[=<>~!]=?|\[|$)/],
  [
    /(?:^|\/)(?:pyproject|Cargo)\.toml$/,
    /^\s*"?([A-Za-z][\w.-]*)"?\s*(?:\[[^\]]*\])?\s*(?:=\s*(?:"[~^>=<*\d]|\{)|[=<>~!]=|[<>]|",?$)/,
  ],
  [/(?:^|\/)go\.mod$/, /^\s*(?:require\s+)?(\S+\.\S+\/\S+)\s+v\d/],
  [/(?:^|\/)Gemfile$/, /^\s*gem\s+["']([^"']+)/],
  [/(?:^|\/)composer\.json$/, /^\s*"([a-z0-9-]+\/[^"]+)":\s*"/],
  [/(?:^|\/)pom\.xml$/, /<artifactId>([^<]+)</],
  [
    /(?:^|\/)build\.gradle(?:\.kts)?$/,
    /^\s*\w*(?:mplementation|api|ompileOnly|untimeOnly)[\s(]+["']([^"']+)/,
  ],
];

const ENDPOINT =
  /\b(?:app|router|server|api|fastify|routes?)\.(?:get|post|put|patch|delete|all|use|route|ws)\(\s*["'`]\/|@(?:Get|Post|Put|Patch|Delete|Request)Mapping\b|@(?:app|router|blueprint|bp|api)\.(?:route|get|post|put|patch|delete|websocket)\(|\b(?:http|mux|r|e|router)\.(?:Handle|HandleFunc|GET|POST|PUT|PATCH|DELETE)\(|\.route\(\s*["'`]\/|\bRoute::(?:get|post|put|patch|delete|any)\(|\.(?:listen|createServer)\(|\bcreateServer\(/;

/** Where a framework makes a route of a file. */
const ENDPOINT_FILE = /(?:(?:^|\/)(?:app\/(?:.*\/)?route|pages\/api\/.+)|^api\/.+)\.[cm]?[jt]sx?$/;

const CONFIGURATION =
  /(?:^|\/)(?:config|configs|settings)\/|\.(?:toml|ini|cfg|conf|properties)$|(?:^|\/)[^/]+\.config\.[^/]+$|(?:^|\/)(?:tsconfig|jsconfig)[^/]*\.json$|(?:^|\/)\.[^/]+rc(?:\.[^/]+)?$|\.ya?ml$|(?:^|\/)(?:package\.json|setup\.py)$/;

/** What steers the next coding agent that works here. */
const AGENT_WORDS =
  /(?:^|\/)(?:AGENTS|CLAUDE|GEMINI)(?:\.local)?\.md$|(?:^|\/)(?:kilo|opencode)\.jsonc?$|(?:^|\/)\.(?:kilo|kilocode|opencode|claude|gemini|cursor|codex|windsurf|clinerules)(?:\/|$)|(?:^|\/)\.(?:cursorrules|windsurfrules|mcp\.json)$/i;

const SHOWN = 10;

/** What a reviewer should look at in a change that is in scope: new dependencies, new endpoints, configuration. Pure. */
export function scopeFlags(files: readonly ChangedFile[], patch: string): string[] {
  const flags: string[] = [];
  for (const { file, added, removed } of readDiff(files, patch) ?? []) {
    const { path } = file;
    const names = newDependencies(path, added, removed);
    if (names.length > 0)
      flags.push(`New or changed dependencies in ${path}: ${names.slice(0, SHOWN).join(", ")}`);
    if (!isTestFile(path) && added.some((line) => ENDPOINT.test(line)))
      flags.push(`A new endpoint or listener in ${path}`);
    if (file.status === "added" && ENDPOINT_FILE.test(path)) flags.push(`A new endpoint: ${path}`);
    if (
      file.status === "modified" &&
      isTestFile(path) &&
      removed.some((line) => line.trim() !== "")
    )
      flags.push(`Lines of existing tests are changed or gone: ${path}`);
    if (file.mode === "100755" && file.oldMode !== "100755") flags.push(`Made executable: ${path}`);
    if (AGENT_WORDS.test(path)) flags.push(`Instructions for coding agents: ${path}`);
    if (CONFIGURATION.test(path)) flags.push(`Configuration: ${path}`);
  }
  return flags.slice(0, 50);
}

function newDependencies(path: string, added: string[], removed: string[]): string[] {
  const line = DEPENDENCIES.find(([file]) => file.test(path))?.[1];
  if (!line) return [];
  const before = new Set(removed);
  return added.filter((one) => !before.has(one)).flatMap((one) => line.exec(one)?.[1] ?? []);
}
