import { expect, test } from "vitest";
import { scopeFlags } from "../../../../worker/fix/stages/flags";

function flagsOf(path: string): string[] {
  const file = { path, oldMode: "000000", mode: "100644", sha: "0", status: "added" as const };
  const patch = `diff --git a/${path} b/${path}\nnew file mode 100644\n--- /dev/null\n+++ b/${path}\n@@ -0,0 +1 @@\n+x\n`;
  return scopeFlags([file], patch);
}

test.each([
  "AGENTS.md",
  "packages/a/CLAUDE.md",
  "kilo.json",
  "opencode.jsonc",
  ".gemini/settings.json",
  ".kilocode/rules/all.md",
  ".cursorrules",
])("a change of %s is flagged: it would steer the next agent", (path) => {
  expect(flagsOf(path)).toContain(`Instructions for coding agents: ${path}`);
});

test("ordinary code is not", () => {
  expect(flagsOf("src/agents.ts")).toEqual([]);
});
