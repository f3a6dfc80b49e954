import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PlanContent } from "../../../../../worker/domain/plan";
import type { Question } from "../../../../../worker/fix/gateway/ask-model";
import { ModelHalt } from "../../../../../worker/fix/gateway/halt";
import { checkedPatch } from "../../../../../worker/fix/runners/llm-patch/checked-patch";
import { llmPatch } from "../../../../../worker/fix/runners/llm-patch/llm-patch";
import { ForeignError } from "../../../../../worker/kit/foreign-error";

const REPO: Record<string, string> = {
  "src/a.js": "export const a = 1;\n",
  "src/b.js": "export const b = 2;\r\nexport const c = 3;\r\n",
  "src/big.js": "x".repeat(10_001),
  "test/a.test.js": "// a test\n",
  "package.json": "{}\n",
};

function planFor(...paths: string[]): PlanContent {
  return {
    summary: "`a` should be 2.",
    hypotheses: [],
    candidate_files: paths.map((path) => ({ path, reason: "", line: null })),
    steps: [],
    validation: [],
    crash: null,
  };
}

type Answer = string | Error;

/** Lets the runner propose, with these answers of the model one after the other. */
async function propose(
  answers: Answer[],
  plan = planFor("src/a.js"),
  more: { faults?: string[]; changed?: string[]; repo?: Record<string, string> } = {},
) {
  const asked: Question[] = [];
  const repo = more.repo ?? REPO;
  const proposal = await llmPatch.propose({
    plan,
    readFile: async (path) => repo[path] ?? null,
    listFiles: async () => Object.keys(repo),
    model: {
      name: "m",
      ask: async (question) => {
        asked.push(question);
        const answer = answers.shift();
        if (answer === undefined) throw new Error("nobody expected this question");
        if (answer instanceof Error) throw answer;
        return answer;
      },
    },
    notes: [],
    faults: more.faults ?? [],
    changed: more.changed ?? [],
  });
  return { proposal, asked };
}

function answer(files: Record<string, string>, summary = "Now it is."): string {
  const listed = Object.entries(files).map(([path, updated_content]) => ({
    path,
    updated_content,
  }));
  return JSON.stringify({ files: listed, summary });
}

describe("llm_patch", () => {
  test("shows the plan's files whole, and answers the changed ones with their new test", async () => {
    const { proposal, asked } = await propose([
      answer({ "src/a.js": "export const a = 2;", "test/b.test.js": "// fails" }),
    ]);
    expect(proposal).toEqual({
      kind: "changed",
      files: [{ path: "src/a.js", content: "export const a = 2;\n" }],
      test: { path: "test/b.test.js", content: "// fails\n" },
      summary: "Now it is.",
    });
    expect(asked).toHaveLength(1);
    expect(asked[0]!.prompt).toContain("path: src/a.js\nexport const a = 1;\n");
    expect(asked[0]!.prompt).toContain("path: test/a.test.js\n// a test\n");
    expect(asked[0]!.prompt).not.toContain("src/b.js");
  });

  test("never shows more than five files, nor one of more than 10,000 characters", async () => {
    const repo = Object.fromEntries(
      Array.from({ length: 9 }, (_, index) => [`src/f${index}.js`, `// file ${index}\n`]),
    );
    const plan = planFor("src/big.js", "src/none.js", ...Object.keys(repo));
    const { asked } = await propose([answer({})], plan, { repo: { ...REPO, ...repo } });
    const shown = [...asked[0]!.prompt.matchAll(/^path: (\S+)/gm)].map((match) => match[1]);
    expect(shown.filter((path) => path!.startsWith("src/"))).toEqual(Object.keys(repo).slice(0, 5));
  });

  test("lets the model pick one or two files where the plan names none, and checks them against the tree", async () => {
    const picked = JSON.stringify({
      paths: ["../../etc/passwd", "src/invented.js", "src/b.js", "src/a.js", "package.json"],
    });
    const { proposal, asked } = await propose(
      [picked, answer({ "src/b.js": "b\nc\n" })],
      planFor(),
    );
    expect(asked).toHaveLength(2);
    expect(asked[0]!.prompt).toContain("src/big.js\npackage.json");
    const shown = [...asked[1]!.prompt.matchAll(/^path: (\S+)/gm)].map((match) => match[1]);
    expect(shown).toEqual(["src/b.js", "src/a.js", "test/a.test.js"]);
    // Its line ends stay as they were.
    expect(proposal).toMatchObject({ files: [{ path: "src/b.js", content: "b\r\nc\r\n" }] });
  });

  test("cuts the list of paths where it gets long", async () => {
    const repo = Object.fromEntries(
      Array.from({ length: 5_000 }, (_, index) => [`src/${"deep/".repeat(9)}f${index}.js`, "1\n"]),
    );
    const { asked } = await propose(['{"paths":[]}'], planFor(), { repo });
    expect(asked[0]!.prompt.length).toBeLessThan(21_000);
  });

  test("is told what is wrong with its first change, and sees the files that it changed", async () => {
    const { asked } = await propose([answer({})], planFor("src/a.js"), {
      faults: ["src/b.js:1: unexpected token"],
      changed: ["src/b.js"],
    });
    expect(asked[0]!.prompt).toContain("repair this first\n1. src/b.js:1: unexpected token");
    expect(asked[0]!.prompt.indexOf("path: src/b.js")).toBeLessThan(
      asked[0]!.prompt.indexOf("path: src/a.js"),
    );
  });

  test("asks once more for an answer that it cannot read, and then gives up in plain words", async () => {
    const good = await propose(["Sure!", answer({ "src/a.js": "2" })]);
    expect(good.proposal.kind).toBe("changed");
    const cut = new ForeignError("invalid_reply", "it ended with length");
    const bad = await propose([cut, '{"files":"none"}']);
    expect(bad.proposal).toEqual({
      kind: "nothing",
      reason: "The model gave no answer that could be read.",
    });
  });

  test("passes on what only waiting or a person can cure", async () => {
    await expect(propose([new ModelHalt("daily_quota")])).rejects.toBeInstanceOf(ModelHalt);
    const away = new ForeignError("unavailable", "no answer");
    await expect(propose([away])).rejects.toBe(away);
  });

  test.each([
    ["a file that it was not given", { "src/b.js": "x" }, /not given/],
    ["CI", { ".github/workflows/test.yml": "x" }, /not given/],
    ["a place outside", { "../test/x.test.js": "x" }, /not given/],
    ["a hidden folder", { ".github/test/x.test.js": "x" }, /not given/],
    ["a test that is there already", { "test/a.test.js": "x" }, /not given/],
    ["two new tests", { "test/x.test.js": "x", "test/y.test.js": "y" }, /more than one/],
    ["an empty file", { "src/a.js": " \n" }, /empty/],
    ["a file without end", { "src/a.js": "x".repeat(40_001) }, /too long/],
    ["nothing", {}, /changed nothing: Now it is\./],
    ["what is there already", { "src/a.js": "export const a = 1;" }, /changed nothing/],
  ])("refuses an answer that would change %s", async (_, files, reason) => {
    const { proposal } = await propose([answer(files)]);
    expect(proposal).toMatchObject({ kind: "nothing", reason: expect.stringMatching(reason) });
  });

  test("does nothing without a model, and in a repository without code", async () => {
    const { proposal } = await propose([], planFor(), { repo: { "README.md": "x" } });
    expect(proposal.kind).toBe("nothing");
  });
});

describe("what is taken of an answer", () => {
  const shown = [{ path: "src/a.js", content: "a\n" }];

  test("is never a path that was neither shown nor is a new test, whatever is answered", () => {
    const part = fc.constantFrom("..", ".git", "src", "test", "a.js", "x.test.js", "/", "", "\0");
    const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/"));
    const files = fc.array(fc.record({ path, updated_content: fc.string() }), { maxLength: 4 });
    fc.assert(
      fc.property(files, (answered) => {
        const taken = checkedPatch(answered, shown, new Set(["src/a.js"]));
        if (typeof taken === "string") return;
        expect(taken.files.every((file) => file.path === "src/a.js")).toBe(true);
        expect(taken.test?.path ?? "").not.toMatch(/\.\.|\.git|^\/|\/\//);
      }),
    );
  });
});
