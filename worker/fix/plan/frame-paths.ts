import type { StackFrame } from "../../domain/feedback";
import { isForeignPath } from "../../domain/in-app";

/** Finds the repository's file behind the path that a stack frame names. `exact` is false when the ending differs. */
export type PathMatch = { path: string; exact: boolean };
export type FindPath = (file: string) => PathMatch | null;

const BUILD_FOLDERS = new Set(["dist", "build", "out", "lib", ".next", ".output", "esm", "cjs"]);
const SOURCE_ENDINGS = ["ts", "tsx", "mts", "cts", "jsx", "js", "mjs", "cjs"];
const LONGEST_FILE = 600;

/**
 * The longest-suffix match of frame paths against a tree: `webpack:///./src/a.js?1f2e`, `file:///srv/app/src/a.js`,
 * `app:///src/a.js`, `C:\app\src\a.js` and `https://shop.example/src/a.js:1` all find `src/a.js`. Built files find their
 * source (`dist/a.js` → `src/a.ts`). A bare file name counts only when one file bears it; of equals, none is chosen.
 */
export function pathFinder(paths: string[]): FindPath {
  const byName = new Map<string, string[]>();
  for (const path of paths) {
    if (isForeignPath(path)) continue;
    const name = path.slice(path.lastIndexOf("/") + 1);
    byName.set(name, [...(byName.get(name) ?? []), path]);
  }
  return (file) => {
    const wanted = segmentsOf(file);
    const name = wanted.at(-1);
    if (name === undefined) return null;
    const same = best(byName.get(name) ?? [], wanted);
    if (same) return { path: same, exact: true };
    for (const other of otherEndings(name)) {
      const built = best(byName.get(other) ?? [], [...wanted.slice(0, -1), other]);
      if (built) return { path: built, exact: false };
    }
    return null;
  };
}

/** The path's segments, without scheme, host, query, `.` and `..`; empty for code of the runtime and of dependencies. */
function segmentsOf(file: string): string[] {
  if (file.length > LONGEST_FILE || isForeignPath(file)) return [];
  const path = decoded(file.replaceAll("\\", "/"))
    .replace(/[?#].*$/, "")
    .replace(/(:\d{1,9}){1,2}$/, "")
    .replace(/^[a-z][a-z0-9+.-]*:\/\/\/?[^/]*(?=\/)/i, (origin) =>
      /^https?:/i.test(origin) ? "" : origin,
    )
    .replace(/^[a-z][a-z0-9+.-]+:\/*/i, "")
    .replace(/^[a-z]:\//i, "");
  return path.split("/").filter((segment) => !["", ".", "..", "~"].includes(segment));
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** The path that shares most segments from the end; segments that name a build folder may differ. */
function best(candidates: string[], wanted: string[]): string | null {
  let top = 0;
  let found: string[] = [];
  for (const path of candidates) {
    const shared = sharedSuffix(path.split("/"), wanted);
    if (shared > top) {
      top = shared;
      found = [];
    }
    if (shared === top && shared > 0) found.push(path);
  }
  return found.length === 1 ? found[0]! : null;
}

function sharedSuffix(path: string[], wanted: string[]): number {
  let shared = 0;
  while (shared < path.length && shared < wanted.length) {
    const own = path.at(-1 - shared);
    const other = wanted.at(-1 - shared);
    const built = other !== undefined && BUILD_FOLDERS.has(other) && own === "src";
    if (own !== other && !built) break;
    shared += 1;
  }
  return shared;
}

function otherEndings(name: string): string[] {
  const dot = name.lastIndexOf(".");
  const ending = name.slice(dot + 1);
  if (dot <= 0 || !SOURCE_ENDINGS.includes(ending)) return [];
  return SOURCE_ENDINGS.filter((other) => other !== ending).map(
    (other) => `${name.slice(0, dot)}.${other}`,
  );
}

/** A frame with the file of the repository that it stands in. */
export type MappedFrame = { frame: StackFrame; match: PathMatch };

/** The frames that stand in the repository, crash site first; those that are marked as the application's own come first. */
export function mapFrames(frames: StackFrame[], find: FindPath): MappedFrame[] {
  const mapped = frames.flatMap((frame) => {
    const match = frame.file === null ? null : find(frame.file);
    return match ? [{ frame, match }] : [];
  });
  const own = mapped.filter(({ frame }) => frame.in_app);
  return own.length > 0 ? own : mapped;
}
