import type { Forge } from "../forge/forge";
import type { PlanRepository } from "./planner";
import { readSource, type SourceCache } from "./read-source";
import { searchSource, type SourceIndex } from "./source-index";

/** Where repositories say how to work in them: in the project's own folder first, then at the top. */
const GUIDANCE = [
  "AGENTS.md",
  "CLAUDE.md",
  "GEMINI.md",
  ".github/copilot-instructions.md",
  "CONTRIBUTING.md",
  "README.md",
];
const MOST_GUIDANCE = 4;
const GUIDANCE_LIMIT = 8_000;
const PATH_LIMIT = 20_000;

/** A repository as a planner sees it: pinned at the present head of its base branch. */
export async function readRepository(
  forge: Forge,
  { baseBranch, pathPrefix }: { baseBranch: string | null; pathPrefix: string | null },
  cache: SourceCache,
): Promise<PlanRepository> {
  const sha = await forge.headOf(baseBranch ?? (await forge.defaultBranch()));
  const { files } = await forge.listFiles(sha);
  const paths = files
    .filter((file) => file.mode === "100644" || file.mode === "100755")
    .map((file) => file.path)
    .slice(0, PATH_LIMIT);
  const known = new Set(paths);
  let index: SourceIndex | undefined;
  return {
    sha,
    paths,
    read: async (path) => (known.has(path) ? forge.readText(sha, path) : null),
    search: async (query, limit) => {
      index ??= await readSource(cache, forge, sha);
      return searchSource(index, query, limit);
    },
    guidance: await readGuidance(forge, sha, known, pathPrefix),
  };
}

async function readGuidance(
  forge: Forge,
  sha: string,
  known: Set<string>,
  pathPrefix: string | null,
): Promise<PlanRepository["guidance"]> {
  const own = pathPrefix ? GUIDANCE.map((name) => `${pathPrefix}/${name}`) : [];
  const found = [...own, ...GUIDANCE].filter((path) => known.has(path)).slice(0, MOST_GUIDANCE);
  const guidance: PlanRepository["guidance"] = [];
  for (const path of found) {
    const text = await forge.readText(sha, path);
    if (text) guidance.push({ path, text: capped(text) });
  }
  return guidance;
}

function capped(text: string): string {
  return text.length <= GUIDANCE_LIMIT ? text : `${text.slice(0, GUIDANCE_LIMIT)}\n[…cut]`;
}
