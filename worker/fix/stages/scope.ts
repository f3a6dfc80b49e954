/** One file that a change touches. Modes are git's. */
export type ChangedFile = {
  path: string;
  oldMode: string;
  mode: string;
  status: "added" | "modified" | "deleted";
};

const FILE_LIMIT = 50;
const LINE_LIMIT = 2_000;

/** What no fix may touch: continuous integration, deployment, and git's own files. */
const CLOSED_PATHS = [
  /^\.github\//i,
  /^\.gitlab-ci\.yml$/i,
  /^\.circleci\//i,
  /^\.gitmodules$/i,
  /^\.gitattributes$/i,
  /(?:^|\/)\.git(?:\/|$)/i,
  /(?:^|\/)Dockerfile$/i,
  /(?:^|\/)docker-compose[^/]*\.ya?ml$/i,
  /(?:^|\/)\.env(?:\.|$)/i,
];

/**
 * Reasons to refuse a change, in words; empty when it is in scope. Pure. A change stays inside the project's folder, in
 * ordinary text files, within the limits of size.
 */
export function checkScope(
  changes: readonly ChangedFile[],
  patch: string,
  pathPrefix: string | null,
): string[] {
  const reasons = new Set<string>();
  if (changes.length > FILE_LIMIT) reasons.add(`it touches more than ${FILE_LIMIT} files`);
  for (const { path, mode, oldMode } of changes) {
    const shown = JSON.stringify(path);
    if (CLOSED_PATHS.some((closed) => closed.test(path)))
      reasons.add(`${shown} may not be changed`);
    if (pathPrefix && !path.startsWith(`${pathPrefix}/`))
      reasons.add(`${shown} is outside ${pathPrefix}`);
    if (mode === "120000" || oldMode === "120000") reasons.add(`${shown} is a symbolic link`);
    if (mode === "160000" || oldMode === "160000") reasons.add(`${shown} is a submodule`);
  }
  if (/^GIT binary patch$/m.test(patch)) reasons.add("it contains a binary file");
  const lines = patch.split("\n").filter((line) => /^[+-](?!\+\+|--)/.test(line)).length;
  if (lines > LINE_LIMIT) reasons.add(`it changes more than ${LINE_LIMIT} lines`);
  return [...reasons];
}
