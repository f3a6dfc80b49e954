import { describe, expect, test } from "vitest";
import { repairRules } from "../../../../../worker/fix/runners/repair-rules/repair-rules";

type Files = Record<string, string>;

/** The test that comes with the repair of a crash in the marked source: `|` stands before the property that was read. */
async function derived(path: string, marked: string, property: string, more: Files) {
  const offset = marked.indexOf("|");
  const source = marked.replace("|", "");
  const before = marked.slice(0, offset).split("\n");
  const files: Files = { [path]: source, ...more };
  const proposal = await repairRules.propose({
    plan: {
      summary: "",
      hypotheses: [],
      candidate_files: [],
      steps: [],
      validation: [],
      crash: {
        type: "TypeError",
        message: `Cannot read properties of undefined (reading '${property}')`,
        frames: [{ path, line: before.length, column: before.at(-1)!.length + 1, function: null }],
      },
    },
    readFile: async (name) => files[name] ?? null,
    listFiles: async () => Object.keys(files),
    model: null,
    notes: [],
    faults: [],
    changed: [],
  });
  return proposal.kind === "changed" ? proposal.test : null;
}

const manifest = (devDependencies: object) => JSON.stringify({ devDependencies });

describe("the test that comes with a repair is written as its neighbours are:", () => {
  test("jest in CommonJS, single quotes, four spaces", async () => {
    const made = await derived(
      "src/label.js",
      "function label(user) {\n    return user.address.|city;\n}\n\nmodule.exports = { label };\n",
      "city",
      {
        "package.json": manifest({ jest: "29" }),
        "src/__tests__/other.test.js":
          "const { other } = require('../other');\n\ndescribe('other', () => {\n    it('works', () => {\n        expect(other()).toBe(1);\n    });\n});\n",
        "src/other.js": "",
      },
    );
    expect(made).toEqual({
      path: "src/__tests__/label.crash.test.js",
      content:
        "const { label } = require('../label');\n\nit(\"label does not crash on a missing value (reading 'city')\", () => {\n    expect(() => label({})).not.toThrow();\n});\n",
    });
  });

  test("mocha and chai, a module that is one function, no semicolons", async () => {
    const made = await derived(
      "lib/full-name.js",
      "module.exports = (person) => person.name.|first.trim()\n",
      "first",
      {
        "package.json": manifest({ mocha: "10", chai: "4" }),
        "test/a.spec.js":
          "const { expect } = require('chai')\nconst a = require('../lib/a')\n\ndescribe('a', () => {\n  it('works', () => {\n    expect(a()).to.equal(1)\n  })\n})\n",
        "lib/a.js": "",
      },
    );
    expect(made?.path).toBe("test/full-name.crash.spec.js");
    expect(made?.content).toBe(
      "const { expect } = require('chai')\nconst fullName = require('../lib/full-name')\n\nit(\"fullName does not crash on a missing value (reading 'first')\", () => {\n  expect(() => fullName({})).not.to.throw()\n})\n",
    );
  });

  test("vitest in TypeScript, without endings, in the nearest package", async () => {
    const made = await derived(
      "packages/b/src/total.ts",
      "import { tax } from './tax';\n\nexport const total = (order: Order): number => tax(order.lines.|length);\n",
      "length",
      {
        "packages/a/test/total2.test.ts": "import { test } from 'node:test';\n",
        "packages/b/src/tax.ts": "export const tax = (n: number) => n;\n",
        "packages/b/test/tax.test.ts":
          "import { expect, it } from 'vitest';\nimport { tax } from '../src/tax';\n\nit('taxes', () => {\n  expect(tax(1)).toBe(1);\n});\n",
      },
    );
    expect(made?.path).toBe("packages/b/test/total.crash.test.ts");
    expect(made?.content).toContain(
      "import { expect, it } from 'vitest';\nimport { total } from '../src/total';\n",
    );
    expect(made?.content).toContain("expect(() => total({} as never)).not.toThrow();");
  });

  test("node:test in CommonJS, by assert", async () => {
    const made = await derived(
      "a.js",
      "exports.a = async function (x) {\n  return x.y.|z;\n};\n",
      "z",
      {
        "a.test.js":
          'const assert = require("node:assert");\nconst { test } = require("node:test");\nconst { b } = require("./b.js");\n\ntest("b", () => assert.ok(b));\n',
        "b.js": "",
      },
    );
    expect(made?.content).toBe(
      'const assert = require("node:assert/strict");\nconst { test } = require("node:test");\nconst { a } = require("./a.js");\n\ntest("a does not crash on a missing value (reading \'z\')", async () => {\n  await assert.doesNotReject(async () => a({}));\n});\n',
    );
  });

  test("none where the repository's tests are of a kind that we do not write", async () => {
    const source = "export function a(x) {\n  return x.y.|z;\n}\n";
    for (const text of [
      'import test from "ava";\n',
      'import t from "tap";\n',
      "QUnit.test('a', f);\n",
    ])
      expect(await derived("a.js", source, "z", { "a.test.js": text })).toBeNull();
    expect(await derived("a.js", source, "z", {})).toBeNull();
  });
});
