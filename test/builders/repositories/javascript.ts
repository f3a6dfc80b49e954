import { lockOf, type Files } from "../proof";

/** A small repository with a bug, a test that is broken for years, and a change that mends the bug and brings its test. */
export type Repository = { base: Record<string, string>; change: Files };

const BUG = "line.price";
const MENDED = "line.price * line.quantity";

const ESM = `/** Sum of an order's lines. */
export function total(lines) {
  return lines.reduce((sum, line) => sum + ${BUG}, 0);
}

export const two = () => 2;
`;
const CJS = ESM.replaceAll("export function", "function").replace(
  "export const two = () => 2;",
  "const two = () => 2;\n\nmodule.exports = { total, two };",
);
const TS = ESM.replace("lines)", "lines: { price: number; quantity: number }[]): number").replace(
  "() => 2",
  "(): number => 2",
);

const mended = (source: string) => source.replace(BUG, MENDED);

function manifest(fields: Record<string, unknown>): string {
  // The newest rollup's packages for other systems are not on every mirror.
  return JSON.stringify(
    { name: "shop", version: "1.0.0", private: true, overrides: { rollup: "4.67.4" }, ...fields },
    null,
    2,
  );
}

/** The package.json and its lock file, made by npm itself. */
function locked(fields: Record<string, unknown>, more: Record<string, string> = {}) {
  const text = manifest(fields);
  return { "package.json": text, "package-lock.json": lockOf(text, more), ...more };
}

type Style = { head: string; test: (name: string, actual: string, expected: string) => string };

function testsIn({ head, test }: Style) {
  return {
    old: head + test("counts to two", "two()", "2") + test("is broken for years", "two()", "3"),
    added: head + test("counts the quantity", "total([{ price: 2, quantity: 3 }])", "6"),
  };
}

const expectStyle = (head: string): Style => ({
  head,
  test: (name, actual, expected) =>
    `\ntest("${name}", () => {\n  expect(${actual}).toBe(${expected});\n});\n`,
});

export function nodeTest(): Repository {
  const { old, added } = testsIn({
    head: 'import assert from "node:assert/strict";\nimport { test } from "node:test";\nimport { total, two } from "../src/total.js";\n',
    test: (name, actual, expected) =>
      `\ntest("${name}", () => {\n  assert.equal(${actual}, ${expected});\n});\n`,
  });
  return {
    base: {
      "package.json": manifest({ type: "module", scripts: { test: "node --test" } }),
      "src/total.js": ESM,
      "test/two.test.js": old,
    },
    change: { "src/total.js": mended(ESM), "test/total.test.js": added },
  };
}

/** TypeScript in a workspace; the root's script only hands on, and one package runs more than its tests. */
export function vitestWorkspace(): Repository {
  const { old, added } = testsIn(
    expectStyle(
      'import { expect, test } from "vitest";\nimport { total, two } from "../src/total";\n',
    ),
  );
  const cart = manifest({
    name: "@shop/cart",
    type: "module",
    scripts: {
      prelint: "true",
      lint: "node ../../lint.mjs",
      test: "npm run lint && vitest run && echo done",
    },
  });
  const names = manifest({ name: "@shop/names", type: "module", scripts: { test: "node --test" } });
  return {
    base: {
      ...locked(
        {
          workspaces: ["packages/*"],
          scripts: { test: "npm test --workspaces --if-present" },
          devDependencies: { vitest: "3.2.4" },
        },
        { "packages/cart/package.json": cart, "packages/names/package.json": names },
      ),
      "lint.mjs": 'console.log("no faults");\n',
      "packages/cart/tsconfig.json": '{ "compilerOptions": { "strict": true } }\n',
      "packages/cart/src/total.ts": TS,
      "packages/cart/test/two.test.ts": old,
      "packages/names/names.test.js":
        'import { test } from "node:test";\ntest("has a name", () => {});\n',
    },
    change: {
      "packages/cart/src/total.ts": mended(TS),
      "packages/cart/test/total.test.ts": added,
    },
  };
}

export function jest(): Repository {
  const { old, added } = testsIn(expectStyle('const { total, two } = require("../total");\n'));
  return {
    base: {
      ...locked({
        scripts: { pretest: "node -e 0", test: "cross-env NODE_ENV=test jest --coverage" },
        devDependencies: { jest: "29.7.0", "cross-env": "7.0.3" },
        jest: { testEnvironment: "node" },
      }),
      "lib/total.js": CJS,
      "lib/__tests__/two.test.js": old,
    },
    change: { "lib/total.js": mended(CJS), "lib/__tests__/total.test.js": added },
  };
}

export function mocha(): Repository {
  const { old, added } = testsIn({
    head: 'const { expect } = require("chai");\nconst { total, two } = require("../lib/total");\n',
    test: (name, actual, expected) =>
      `\ndescribe("orders", function () {\n  it("${name}", function () {\n    expect(${actual}).to.equal(${expected});\n  });\n});\n`,
  });
  return {
    base: {
      ...locked({
        scripts: { "test:unit": "mocha --bail=false", test: "npm run test:unit" },
        devDependencies: { mocha: "10.8.2", chai: "4.5.0" },
      }),
      ".mocharc.yml": "spec: test/**/*.spec.js\nrequire:\n  - ./test/hooks.js\n",
      "lib/total.js": CJS,
      "test/hooks.js": "",
      "test/two.spec.js": old,
    },
    change: { "lib/total.js": mended(CJS), "test/total.spec.js": added },
  };
}

export function ava(): Repository {
  const { old, added } = testsIn({
    head: 'import test from "ava";\nimport { total, two } from "../source/total.js";\n',
    test: (name, actual, expected) =>
      `\ntest("${name}", (t) => {\n  t.is(${actual}, ${expected});\n});\n`,
  });
  return {
    base: {
      ...locked({
        type: "module",
        scripts: { test: "ava" },
        devDependencies: { ava: "6.2.0" },
      }),
      "source/total.js": ESM,
      "test/two.js": old,
    },
    change: { "source/total.js": mended(ESM), "test/total.js": added },
  };
}

/** Without a lock file, and with a formatter behind the tests. */
export function tape(): Repository {
  const { old, added } = testsIn({
    head: 'const test = require("tape");\nconst { total, two } = require("..");\n',
    test: (name, actual, expected) =>
      `\ntest("${name}", (t) => {\n  t.equal(${actual}, ${expected});\n  t.end();\n});\n`,
  });
  return {
    base: {
      "package.json": manifest({
        scripts: { test: "tape 'test/*.js' | cat" },
        devDependencies: { tape: "5.9.0" },
      }),
      "index.js": CJS,
      "test/two.js": old,
    },
    change: { "index.js": mended(CJS), "test/total.js": added },
  };
}
