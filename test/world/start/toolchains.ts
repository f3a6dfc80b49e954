import { execFileSync } from "node:child_process";
import type { Tool } from "../sandbox/layout";

/** How each language tells where it is installed, and `fixed` when it only works there. */
const ASKED = [
  {
    name: "python",
    command: "python3",
    args: [
      "-c",
      "import sys, sysconfig as s; print(sys.base_prefix); print('fixed' if s.get_config_var('Py_ENABLE_SHARED') else '')",
    ],
  },
  { name: "go", command: "go", args: ["env", "GOROOT"] },
  { name: "rust", command: "rustc", args: ["--print", "sysroot"] },
];
const LIMIT_MS = 10_000;
/** Sandboxes have a home and a /tmp of their own. */
const HIDDEN = /^\/(?:home|tmp)\//;
const SYSTEM = /^\/(?:usr|bin|lib)(?:\/|$)/;

/**
 * The languages that this person's PATH finds outside the system's folders (pyenv, rustup and the like): sandboxes see them too,
 * read-only, and find them first. Only the installation itself is shown, which holds nothing of the person's.
 */
export function toolchains(): Tool[] {
  return ASKED.flatMap(({ name, command, args }) => {
    const [path = "", fixed = ""] = answerOf(command, args);
    const isOwn = path.startsWith("/") && path.length > 1 && !SYSTEM.test(path);
    if (!isOwn || (HIDDEN.test(path) && fixed === "fixed")) return [];
    return [{ path, to: HIDDEN.test(path) ? `/opt/toolchains/${name}` : path, onPath: true }];
  });
}

function answerOf(command: string, args: string[]): string[] {
  try {
    const said = execFileSync(command, args, {
      encoding: "utf8",
      timeout: LIMIT_MS,
      stdio: ["ignore", "pipe", "ignore"],
    });
    return said.trim().split("\n");
  } catch {
    return [];
  }
}
