/**
 * What may reach git as a name. Deny by default: a name that fails here is never given to a git process.
 */

// oxlint-disable-next-line no-control-regex -- control characters are exactly what is refused
const FORBIDDEN_IN_REF = /[\u0000-\u0020\u007f~^:?*[\\]/;
// oxlint-disable-next-line no-control-regex -- as above
const CONTROL = /[\u0000-\u001f\u007f]/;

/** A full object id. */
export function isSha(value: string): boolean {
  return /^[0-9a-f]{40}$/.test(value);
}

/** An owner or a repository: the letters GitHub allows, and nothing that a path or an option could be made of. */
export function isSafeRepoName(value: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$/.test(value) && !value.endsWith(".git");
}

/** The rules of git-check-ref-format(1) for a branch (`--branch`): no leading dash, no `..`, no control characters. */
export function isSafeBranch(value: string): boolean {
  if (value.length === 0 || value.length > 244 || value === "@" || value === "HEAD") return false;
  if (value.startsWith("-") || value.startsWith("/") || value.endsWith("/")) return false;
  if (value.endsWith(".") || value.includes("..") || value.includes("@{")) return false;
  if (FORBIDDEN_IN_REF.test(value)) return false;
  return value
    .split("/")
    .every((part) => part.length > 0 && !part.startsWith(".") && !part.endsWith(".lock"));
}

/** `refs/heads/<branch>` or `refs/tags/<tag>`: the refs a caller may create, move and delete. */
export function isWritableRef(value: string): boolean {
  const match = /^refs\/(heads|tags)\/(.+)$/s.exec(value);
  return match?.[2] !== undefined && isSafeBranch(match[2]);
}

/** A path inside a tree: relative, without `.`, `..`, `.git`, empty parts or control characters. */
export function isSafePath(value: string): boolean {
  if (value.length === 0 || value.length > 4096 || CONTROL.test(value)) return false;
  return value
    .split("/")
    .every((part) => part !== "" && part !== "." && part !== ".." && !/^\.git$/i.test(part));
}
