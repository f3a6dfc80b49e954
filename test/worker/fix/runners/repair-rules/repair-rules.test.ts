import { describe, expect, test } from "vitest";
import type { PlanContent, PlannedCrash } from "../../../../../worker/domain/plan";
import { repairRules } from "../../../../../worker/fix/runners/repair-rules/repair-rules";

const READING_C = "Cannot read properties of undefined (reading 'c')";

function planOf(crash: PlannedCrash | null): PlanContent {
  return {
    summary: "A crash.",
    hypotheses: [],
    candidate_files: [],
    steps: [],
    validation: [],
    crash,
  };
}

function frame(path: string, line: number, column: number | null = null) {
  return { path, line, column, function: null };
}

async function propose(crash: PlannedCrash | null, files: Record<string, string> = {}) {
  const asked: string[] = [];
  const proposal = await repairRules.propose({
    plan: planOf(crash),
    async readFile(path) {
      asked.push(path);
      return files[path] ?? null;
    },
    listFiles: async () => Object.keys(files),
    model: null,
    notes: [],
    faults: [],
    changed: [],
  });
  return { proposal, asked };
}

describe("repair_rules", () => {
  test("changes the file of the crash site, and says what it did", async () => {
    const crash = {
      type: "TypeError",
      message: READING_C,
      frames: [frame("a.js", 1), frame("b.js", 1)],
    };
    const { proposal, asked } = await propose(crash, {
      "a.js": "x = a.b.c;\n",
      "b.js": "y = q.c;\n",
    });
    expect(proposal).toEqual({
      kind: "changed",
      files: [{ path: "a.js", content: "x = a.b?.c;\n" }],
      test: null,
      summary: expect.stringMatching(/^a\.js:1: `a\.b` can be missing/),
    });
    expect(asked[0]).toBe("a.js");
  });

  test("writes a test that compiles, where the repository's tests are TypeScript", async () => {
    const source = [
      "export type Todo = { owner?: { name: string } };",
      'export function line(todo: Todo, mark = "-"): string {',
      "  return mark + todo.owner!.name.trim();",
      "}",
      "",
    ].join("\n");
    const crash = {
      type: "TypeError",
      message: "Cannot read properties of undefined (reading 'name')",
      frames: [frame("src/todo.ts", 3)],
    };
    const { proposal } = await propose(crash, {
      "src/todo.ts": source,
      "tests/todo.test.ts": 'import { expect, it } from "vitest";\n',
    });
    expect(proposal).toMatchObject({ kind: "changed", test: { path: "tests/todo.crash.test.ts" } });
    const content = proposal.kind === "changed" ? proposal.test?.content : "";
    expect(content).toContain("line({} as never)");
  });

  test("goes on to the next frame when a file is not in the repository", async () => {
    const crash = {
      type: null,
      message: READING_C,
      frames: [frame("gone.js", 1), frame("b.js", 1, 7)],
    };
    const { proposal } = await propose(crash, { "b.js": "y = q.c;\n" });
    expect(proposal).toMatchObject({ files: [{ path: "b.js", content: "y = q?.c;\n" }] });
  });

  test("takes no caller that only happens to read the same property", async () => {
    const crash = {
      type: null,
      message: READING_C,
      frames: [frame("gone.js", 1), frame("b.js", 1, 1)],
    };
    const { proposal } = await propose(crash, { "b.js": "f(q.c);\n" });
    expect(proposal.kind).toBe("nothing");
  });

  test("stops at a crash site that it cannot guard, and says why", async () => {
    const crash = {
      type: null,
      message: READING_C,
      frames: [frame("a.js", 1), frame("b.js", 1, 7)],
    };
    const { proposal, asked } = await propose(crash, { "a.js": "a.b.c = 1;", "b.js": "y = q.c;" });
    expect(proposal).toEqual({
      kind: "nothing",
      reason: expect.stringMatching(/^a\.js:1: No small guard/),
    });
    expect(asked).toEqual(["a.js"]);
  });

  test.each<[string, PlannedCrash | null, RegExp]>([
    ["a plan without a crash", null, /holds no crash/],
    [
      "another error",
      { type: null, message: "x is not a function", frames: [frame("a.js", 1)] },
      /not a read/,
    ],
    ["an error without a message", { type: "TypeError", message: null, frames: [] }, /not a read/],
    ["a crash without frames", { type: null, message: READING_C, frames: [] }, /no stack frame/],
    [
      "frames of unknown files",
      { type: null, message: READING_C, frames: [frame("a.js", 1)] },
      /None of the files/,
    ],
  ])("does nothing for %s, with a plain reason", async (_name, crash, reason) => {
    const { proposal } = await propose(crash);
    expect(proposal).toEqual({ kind: "nothing", reason: expect.stringMatching(reason) });
  });
});
