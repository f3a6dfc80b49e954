import { REPO_DIR, WORK_DIR } from "../sandbox/sandbox";
import type { TreeFile } from "../forge/forge";
import { RunFailure, type RunContext } from "./context";

const MINUTE = 60_000;
const LIST = `${WORK_DIR}/unpacked.list`;
const POINTERS = `${WORK_DIR}/lfs.list`;
const LIST_LIMIT = 32_000_000;
const LFS = "^version https://git-lfs\\.github\\.com/spec/v1$";
/** Longer files are none of Git LFS's pointers. */
const LONGEST_POINTER = 1_024;
const SUBMODULE = "160000";
const SHOWN = 5;

/**
 * Compares what was unpacked with the commit's own tree, and tells what a reviewer has to know: an archive has no submodules, only
 * pointers for what lies in Git LFS, and lacks or changes what `.gitattributes` says (`export-ignore`, `export-subst`). Ends the run
 * where most of it is something else.
 */
export async function compareSource(
  context: RunContext,
  sandboxId: string,
  baseSha: string,
): Promise<string[]> {
  const { deps, project } = context;
  const sandbox = await deps.sandboxes().connect(sandboxId);
  const { files: tree } = await deps.forgeOf(project).listFiles(baseSha);
  await sandbox.run(
    `cd ${REPO_DIR} && git ls-tree -r -z base-commit | head -c ${LIST_LIMIT} > ${LIST}; ` +
      `git grep -l -z -I -e '${LFS}' base-commit | head -c ${LIST_LIMIT} > ${POINTERS}; true`,
    { timeoutMs: MINUTE },
  );
  const notes = sourceNotes(tree, {
    unpacked: partsOf(await sandbox.read(LIST)),
    pointers: partsOf(await sandbox.read(POINTERS)),
  });
  if (notes.strange) {
    throw new RunFailure(
      `The code host's archive is not the source at ${baseSha.slice(0, 7)}: most files differ from the commit's tree.`,
    );
  }
  for (const text of notes.flags) await context.say({ kind: "info", key: text, text });
  return notes.flags;
}

function partsOf(bytes: Uint8Array | null): string[] {
  return new TextDecoder()
    .decode(bytes ?? new Uint8Array())
    .split("\0")
    .slice(0, -1);
}

type Unpacked = {
  /** `{mode} {type} {sha}\t{path}`, as `git ls-tree` prints it. */
  unpacked: string[];
  /** `base-commit:{path}` of files that look like pointers of Git LFS. */
  pointers: string[];
};

/** What differs, as sentences. `strange`: more than half of the tree's files are not there as they should be. Pure. */
export function sourceNotes(
  tree: readonly TreeFile[],
  { unpacked, pointers }: Unpacked,
): { flags: string[]; strange: boolean } {
  const files = tree.filter(({ mode }) => mode !== SUBMODULE);
  const inside = new Map(unpacked.map((line) => [line.slice(line.indexOf("\t") + 1), line]));
  const missing = files.filter(({ path }) => !inside.has(path)).map(({ path }) => path);
  const changed = files
    .filter(({ path, sha }) => inside.has(path) && shaOf(inside.get(path)!) !== sha)
    .map(({ path }) => path);
  const small = new Set(files.filter(({ size }) => size <= LONGEST_POINTER).map((one) => one.path));
  const lfs = pointers
    .map((line) => line.slice(line.indexOf(":") + 1))
    .filter((path) => small.has(path));
  const submodules = tree.filter(({ mode }) => mode === SUBMODULE).map(({ path }) => path);
  const flags = [
    told("Submodules are not part of the source in the sandbox", submodules),
    told("These files lie in Git LFS: the sandbox has their pointers only", lfs),
    told("The code host leaves these files out of its archive (export-ignore)", missing),
    told("The code host changes these files in its archive (.gitattributes)", changed),
  ].filter((text) => text !== null);
  return { flags, strange: missing.length + changed.length > files.length / 2 };
}

function shaOf(line: string): string {
  return line.slice(0, line.indexOf("\t")).split(" ")[2] ?? "";
}

function told(what: string, paths: string[]): string | null {
  if (paths.length === 0) return null;
  const more = paths.length > SHOWN ? ` and ${paths.length - SHOWN} more` : "";
  return `${what}: ${paths.slice(0, SHOWN).join(", ")}${more}.`;
}
