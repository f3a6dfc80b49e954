import type { Forge } from "../forge/forge";
import type { PlanRepository } from "./planner";

const GUIDANCE = ["AGENTS.md", "CONTRIBUTING.md", "README.md"];
const GUIDANCE_LIMIT = 8_000;
const PATH_LIMIT = 20_000;

/** A repository as a planner sees it: pinned at the present head of its base branch. */
export async function readRepository(
  forge: Forge,
  baseBranch: string | null,
): Promise<PlanRepository> {
  const sha = await forge.headOf(baseBranch ?? (await forge.defaultBranch()));
  const { files } = await forge.listFiles(sha);
  const paths = files
    .filter((file) => file.mode === "100644" || file.mode === "100755")
    .map((file) => file.path)
    .slice(0, PATH_LIMIT);
  const known = new Set(paths);
  const guidance = [];
  for (const path of GUIDANCE.filter((one) => known.has(one))) {
    const text = await forge.readText(sha, path);
    if (text) guidance.push({ path, text: text.slice(0, GUIDANCE_LIMIT) });
  }
  return {
    sha,
    paths,
    read: async (path) => (known.has(path) ? forge.readText(sha, path) : null),
    guidance,
  };
}
