import { afterAll, beforeAll, it } from "vitest";
import { proveChange, lockOf } from "../../../builders/proof";
import { play, isolatedKinds, type Played } from "../../../world/sandbox/for-tests";
let played: Played;
beforeAll(async () => { const [kind] = await isolatedKinds(); played = await play(kind!); }, 60_000);
afterAll(() => played.end());
const pkg = (scripts: object, dev: object = {}, more: object = { overrides: { rollup: "4.67.4" } }) => JSON.stringify({ name: "shop", version: "1.0.0", private: true, type: "module", scripts, devDependencies: dev, ...more });
const SRC = "export function total(lines) {\n  return lines.reduce((sum, line) => sum + line.price, 0);\n}\nexport const two = () => 2;\n";
const FIXED = SRC.replace("line.price", "line.price * line.quantity");
const body = "  expect(total([{ price: 2, quantity: 3 }])).toBe(6);\n";
const cases: Record<string, () => Parameters<typeof proveChange>[1]> = {};
function js(name: string, script: string, dev: Record<string,string>, file: string, head: string, check: (a:string,b:string)=>string) {
  cases[name] = () => {
    const manifest = pkg({ test: script }, dev);
    return { base: { "package.json": manifest, ...(Object.keys(dev).length ? { "package-lock.json": lockOf(manifest)! } : {}), "src/total.js": SRC, [file.replace("new", "old")]: head + check("two()", "2") + check("two()", "3").replace("works", "is broken for years") },
    change: { "src/total.js": FIXED, [file]: head + check("total([{ price: 2, quantity: 3 }])", "6") } };
  };
}
js("node", "node --test", {}, "test/new.test.js", 'import test from "node:test";\nimport assert from "node:assert/strict";\nimport { total, two } from "../src/total.js";\n', (a,b)=>`test("works", () => {\n  assert.equal(${a}, ${b});\n});\n`);
js("vitest", "vitest run", { vitest: "3.2.4" }, "test/new.test.js", 'import { expect, test } from "vitest";\nimport { total, two } from "../src/total.js";\n', (a,b)=>`test("works", () => {\n  expect(${a}).toBe(${b});\n});\n`);
js("jest", "NODE_OPTIONS=--experimental-vm-modules jest", { jest: "29.7.0" }, "test/new.test.js", 'import { total, two } from "../src/total.js";\n', (a,b)=>`test("works", () => {\n  expect(${a}).toBe(${b});\n});\n`);
js("mocha", "mocha", { mocha: "10.8.2", chai: "5.1.2" }, "test/new.test.js", 'import { expect } from "chai";\nimport { total, two } from "../src/total.js";\n', (a,b)=>`it("works", () => {\n  expect(${a}).to.equal(${b});\n});\n`);
js("ava", "ava", { ava: "6.2.0" }, "test/new.test.js", 'import test from "ava";\nimport { total, two } from "../src/total.js";\n', (a,b)=>`test("works", (t) => {\n  t.is(${a}, ${b});\n});\n`);
js("tap", "tap --disable-coverage", { tap: "18.8.0" }, "test/new.test.js", 'import t from "tap";\nimport { total, two } from "../src/total.js";\n', (a,b)=>`t.test("works", async (t) => {\n  t.equal(${a}, ${b});\n});\n`);
js("tape", "tape test/*.js", { tape: "5.9.0" }, "test/new.test.js", 'import test from "tape";\nimport { total, two } from "../src/total.js";\n', (a,b)=>`test("works", (t) => {\n  t.equal(${a}, ${b});\n  t.end();\n});\n`);
const only = process.env.ONLY?.split(",");
for (const [name, make] of Object.entries(cases)) it.skipIf(only && !only.includes(name))(name, async () => {
  const t0 = Date.now();
  const p = await proveChange(played, make());
  console.log(name, Date.now()-t0, p.failure, p.verdict, p.because, p.format, p.command, p.preexisting, p.newlyFailing, JSON.stringify(p.rows?.slice(0,3)), process.env.LOG || p.failure || p.verdict !== "proven" ? p.log.join("\n").slice(0, 9000) : "");
}, 240_000);
