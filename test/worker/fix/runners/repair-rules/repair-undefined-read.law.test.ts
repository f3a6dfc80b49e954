import { createContext, Script } from "node:vm";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseMissingValue } from "../../../../../worker/fix/runners/repair-rules/crash-message";
import { repairUndefinedRead } from "../../../../../worker/fix/runners/repair-rules/repair-undefined-read";
import { syntaxFaults } from "./syntax-faults";

/** A part each day, and all of it before an issue is closed. */
const SHARE = process.env["SOULCASTER_DEEP"] ? 1 : 0.4;
const NAMES = ["a", "b", "c", "d"];

/** A chain of reads of `root`, such as `root.a?.b["c"].d()`. */
const chain = fc
  .array(fc.tuple(fc.constantFrom(...NAMES), fc.constantFrom(".", "?.", "[]", "()")), {
    minLength: 1,
    maxLength: 5,
  })
  .map((links) =>
    links.reduce((text, [name, link]) => {
      if (link === "[]") return `${text}["${name}"]`;
      if (link === "()") return `${text}.${name}.call()`;
      return `${text}${link}${name}`;
    }, "root"),
  );

type Use = (one: string, other: string) => string;

/** The many places where a value may stand, each with one chain. */
const ONE_CHAIN: Use[] = [
  (one) => `out = ${one};`,
  (one) => `out = "<" + ${one} + ">";`,
  (one) => `out = \`<\${${one}}>\`;`,
  (one) => `out = 2 * ${one};`,
  (one) => `out = 0; out += ${one};`,
  (one) => `out = (${one}).e;`,
  (one) => `for (const each of ${one}) out = each;`,
  (one) => `out = [...${one}];`,
  (one) => `const { e, f } = ${one}; out = [e, f];`,
  (one) => `const { e: { g } } = ${one}; out = g;`,
  (one) => `const v = ${one};\nout = v.e;`,
  (one) => `const v = ${one};\nout = v ? v.e : 0;`,
  (one) => `let v; v = ${one};\nout = v.e;`,
  (one) => `const f = () => ${one};\nout = f();`,
  (one) => `const f = () => ${one};\nout = f().e;`,
  (one) => `function f() { return ${one}; }\nout = \`\${f()}\`;`,
  (one) => `out = new Map([[1, ${one}]]);`,
  (one) => `${one}.e = 1;`,
  (one) => `out = typeof ${one} === "string";`,
  (one) => `out = ((x = 1) => x)(${one});`,
  (one) => `out = ((x) => x.e)(${one});`,
  (one) => `const f = ({ e }) => e; out = f(${one});`,
  (one) => `out = Object.keys(${one});`,
  (one) => `out = ${one} ? ${one} : 1;`,
  (one) => `out = [${one}, ${one}];`,
  (one) => `out = ${one};\nout = ${one};`,
];
const TWO_CHAINS: Use[] = [
  (one, other) => `out = [${one}, ${other}];`,
  (one, other) => `out = ${one} ? ${other} : 1;`,
  (one, other) => `out = ${one} && ${other};`,
  (one, other) => `out = ${one} || ${other};`,
  (one, other) => `const v = ${one};\nout = v ? 1 : ${other};`,
  (one, other) => `if (${one}) { out = ${other}; }\nout = root;`,
];

const oneChain = fc.tuple(chain, fc.constantFrom(...ONE_CHAIN)).map(([one, use]) => use(one, one));
const twoChains = fc
  .tuple(chain, chain, fc.constantFrom(...TWO_CHAINS))
  .map(([one, other, use]) => use(one, other));
const statement = fc.oneof(oneChain, twoChains);

/** A thing in which some links are missing. */
const thing = fc.letrec((tie) => ({
  node: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.constant(undefined),
    fc.constant(null),
    fc.dictionary(fc.constantFrom(...NAMES), tie("node"), { maxKeys: 4 }),
  ),
})).node;

type Outcome = { value: unknown } | { crash: { message: string; line: number; column: number } };

/** Runs a program in V8 for real, and reads where and why it crashed. */
function run(source: string, root: unknown): Outcome {
  const context = createContext({ root: structuredClone(root), out: undefined });
  try {
    new Script(source, { filename: "program.js" }).runInContext(context, { timeout: 500 });
    return { value: JSON.stringify(context["out"]) };
  } catch (error) {
    const { message, stack } = error as Error;
    const place = /program\.js:(\d+):(\d+)/.exec(stack ?? "");
    return { crash: { message, line: Number(place?.[1]), column: Number(place?.[2]) } };
  }
}

function readsOf(source: string, name: string | null): number {
  return source.split(/[^\w]+/).filter((word) => word === name).length;
}

test("a repair parses, and is not made twice", () => {
  let repairs = 0;
  fc.assert(
    fc.property(statement, thing, (source, root) => {
      const before = run(source, root);
      const missing = "crash" in before ? parseMissingValue(before.crash.message) : null;
      if (!("crash" in before) || !missing) return;
      const { line, column } = before.crash;
      const crash = { path: "program.js", source, line, column, ...missing };
      const repair = repairUndefinedRead(crash);
      if (repair.kind === "none") return;
      repairs += 1;
      expect(syntaxFaults("program.js", repair.source)).toEqual([]);
      // An old column in a new text tells two reads of one name apart no longer; of a single read there is no doubt.
      if (readsOf(source, missing.property) === 1) {
        expect(repairUndefinedRead({ ...crash, source: repair.source }).kind).toBe("none");
      }
    }),
    { numRuns: 700 * SHARE, seed: 7 },
  );
  expect(repairs).toBeGreaterThan(50);
});

test("a repair of a single chain ends every crash on a missing value, and moves none", () => {
  let repairs = 0;
  fc.assert(
    fc.property(oneChain, thing, (source, root) => {
      const before = run(source, root);
      const missing = "crash" in before ? parseMissingValue(before.crash.message) : null;
      if (!("crash" in before) || !missing) return;
      const { line, column } = before.crash;
      const repair = repairUndefinedRead({ path: "program.js", source, line, column, ...missing });
      if (repair.kind === "none") return;
      repairs += 1;
      const after = run(repair.source, root);
      const message = "crash" in after ? after.crash.message : "";
      expect(message).not.toMatch(/undefined|null/);
    }),
    { numRuns: 900 * SHARE, seed: 5 },
  );
  expect(repairs).toBeGreaterThan(150);
});

test("a repair changes nothing for values that did not crash", () => {
  fc.assert(
    fc.property(statement, thing, thing, (source, broken, other) => {
      const before = run(source, broken);
      const missing = "crash" in before ? parseMissingValue(before.crash.message) : null;
      if (!("crash" in before) || !missing) return;
      const { line, column } = before.crash;
      const repair = repairUndefinedRead({ path: "program.js", source, line, column, ...missing });
      const usual = run(source, other);
      if (repair.kind === "none" || "crash" in usual) return;
      const now = run(repair.source, other);
      // A default stands in for a missing end of a chain as well: `${a.b}` printed "undefined" before, and prints nothing now.
      const printed = /undefined|null|NaN/.test(String(usual.value));
      if (!printed) expect(now).toEqual(usual);
      expect("crash" in now).toBe(false);
    }),
    { numRuns: 700 * SHARE, seed: 11 },
  );
});

test("any text, line and column gives an answer that has no more syntax faults than before", () => {
  const piece = fc.constantFrom(
    "a.b",
    ".c",
    "?.d",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "=",
    "`",
    "${",
    "+",
    "=>",
    "const ",
    "\n",
    ";",
    "new ",
    "await ",
    "/*",
    "*/",
    "//",
    "'",
    "!",
    ":",
    ",",
    "...",
    "<",
    ">",
    "function f",
    "return ",
    "💥",
    "\r\n",
  );
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join("")),
      fc.constantFrom("a.js", "a.ts", "a.tsx"),
      fc.constantFrom("a", "b", "c", "d"),
      fc.integer({ min: 1, max: 4 }),
      fc.option(fc.integer({ min: 1, max: 60 }), { nil: null }),
      (source, path, property, line, column) => {
        const repair = repairUndefinedRead({ path, source, line, column, property });
        if (repair.kind === "none") return;
        if (syntaxFaults(path, source).length > 0) return;
        expect(syntaxFaults(path, repair.source)).toEqual([]);
        const lines = [source, repair.source].map((text) => text.split("\n"));
        const changed = lines[0]!.filter((text, index) => text !== lines[1]![index]);
        expect(lines[1]).toHaveLength(lines[0]!.length);
        expect(changed.length).toBeGreaterThan(0);
      },
    ),
    { numRuns: 1_500 * SHARE, seed: 3 },
  );
});
