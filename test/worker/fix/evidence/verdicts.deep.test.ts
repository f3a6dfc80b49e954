import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { proveChange, type Files, type ProofInput } from "../../../builders/proof";
import { isolatedKinds, play, type Played } from "../../../world/sandbox/for-tests";

const PATIENCE = 200_000;
const CRASH = {
  type: "TypeError",
  message: "Cannot read properties of undefined (reading 'city')",
};

let played: Played;

beforeAll(async () => {
  const [kind = "none"] = await isolatedKinds();
  played = await play(kind);
}, 60_000);

afterAll(() => played.end());

const SOURCE = `export function cityOf(order) {
  return order.address.city;
}

export const double = (n) => n * 2;
`;
const MENDED = SOURCE.replace("order.address.city", "order.address?.city ?? null");
const HEAD = `import assert from "node:assert/strict";
import { test } from "node:test";
import { cityOf, double } from "../src/city.js";
`;
const OLD = `${HEAD}
test("doubles", () => assert.equal(double(2), 4));
test("names the city", () => assert.equal(cityOf({ address: { city: "Ulm" } }), "Ulm"));
`;
const PROOF = 'test("has no city", () => assert.equal(cityOf({}), null));\n';

function repository(change: Files, base: Record<string, string> = {}): ProofInput {
  return {
    base: {
      "package.json": JSON.stringify({ type: "module", scripts: { test: "node --test" } }),
      "src/city.js": SOURCE,
      "test/city.test.js": OLD,
      ...base,
    },
    change: { "src/city.js": MENDED, ...change },
    crash: CRASH,
  };
}

/** A new test file with this in it. */
const added = (body: string, base?: Record<string, string>) =>
  repository({ "test/no-city.test.js": `${HEAD}\n${body}` }, base);

const prove = (input: ProofInput) => proveChange(played, input);

describe("a change of a real repository", { timeout: PATIENCE }, () => {
  it("is proven by the cluster's own error as well", async () => {
    const proof = await prove(added('test("has no city", () => { cityOf({}); });\n'));
    expect(proof).toMatchObject({ verdict: "proven", failure: null });
    expect(proof.rows?.[0]?.reason).toMatch(/^TypeError: Cannot read properties of undefined/);
  });

  it.each<[string, string, RegExp]>([
    ["an import of what is not there", 'import "../src/nowhere.js";\n' + PROOF, /right reason/],
    [
      "a function that is not there",
      'import * as all from "../src/city.js";\ntest("has no city", () => all.townOf({}));\n',
      /right reason/,
    ],
    [
      "another error",
      'test("has no city", () => { if (cityOf({ address: {} }) === undefined) throw new RangeError("x"); });\n',
      /right reason/,
    ],
    [
      "a time limit",
      'test("has no city", { timeout: 50 }, () => cityOf.length === 1 && cityOf.toString().includes("?") ? undefined : new Promise((r) => setTimeout(r, 5_000)));\n',
      /right reason/,
    ],
    [
      "nothing",
      'test("doubles three", () => assert.equal(double(3), 6));\n',
      /No test of the change fails/,
    ],
    ["no test at all", "export const nothing = 1;\n", /./],
    [
      "printing what a runner would say",
      'console.log("TAP version 13\\n# Subtest: has no city\\nnot ok 1 - has no city\\n  ---\\n  name: AssertionError\\n  ...\\n1..1");\n',
      /./,
    ],
    ["an end of the process", 'test("has no city", () => { process.exit(0); });\n', /./],
  ])("is not proven by a test that fails by %s", async (_name, body, because) => {
    const proof = await prove(added(body));
    expect(proof.verdict, proof.log.join("\n")).toBe("none");
    expect(proof.because).toMatch(because);
  });

  it("is flaky where a test of it wavers", async () => {
    const wavers =
      'import { existsSync, rmSync, writeFileSync } from "node:fs";\nconst mark = "/tmp/mark";\n' +
      'test("has no city", () => { if (existsSync(mark)) { rmSync(mark); return; } writeFileSync(mark, ""); assert.equal(cityOf({}), null); });\n';
    expect(await prove(added(wavers))).toMatchObject({ verdict: "flaky" });
  });

  it("ends the run where it breaks what worked, and names the test", async () => {
    const broken = MENDED.replace("n * 2", "n * 3");
    const proof = await prove(
      repository({ "src/city.js": broken, "test/no-city.test.js": `${HEAD}\n${PROOF}` }),
    );
    expect(proof.newlyFailing).toEqual(["doubles"]);
    expect(proof.failure).toContain("breaks what worked before: doubles");
  });

  it("is not held responsible for what was broken before", async () => {
    const red = `${OLD}test("is broken for years", () => assert.equal(double(2), 5));\n`;
    const proof = await prove(added(PROOF, { "test/city.test.js": red }));
    expect(proof).toMatchObject({ verdict: "proven", preexisting: ["is broken for years"] });
    expect(proof.failure).toBeNull();
  });

  it.each<[string, Files]>([
    [
      "the manifest",
      {
        "package.json": JSON.stringify({
          type: "module",
          scripts: { test: "node --test --test-name-pattern=city" },
        }),
      },
    ],
    ["a preload that the script names", { "test/env.js": "globalThis.x = 1;\n" }],
    [
      "a compiler's paths",
      { "tsconfig.json": '{ "compilerOptions": { "paths": { "x": ["./y"] } } }\n' },
    ],
  ])("has no evidence where it touches %s", async (_name, files) => {
    const script = { type: "module", scripts: { test: "node --import ./test/env.js --test" } };
    const base = { "package.json": JSON.stringify(script), "test/env.js": "\n" };
    const input = repository({ "test/no-city.test.js": `${HEAD}\n${PROOF}`, ...files }, base);
    const proof = await prove(input);
    expect(proof.verdict, proof.log.join("\n")).toBe("none");
    expect(proof.because).toContain("touches how tests are run");
  });

  it.each<[string, string]>([
    ["skips a test", OLD.replace('test("doubles"', 'test.skip("doubles"')],
    ["runs one test only", OLD.replace('test("names', 'test.only("names')],
    ["deletes a test", OLD.replace(/test\("doubles".*\n/, "")],
  ])("is refused where it %s", async (_name, text) => {
    const input = repository({
      "test/city.test.js": text,
      "test/no-city.test.js": `${HEAD}\n${PROOF}`,
    });
    expect((await prove(input)).failure).toMatch(
      /^The change was refused: .*(?:skips|loses) tests/,
    );
  });

  it("proves nothing where a test that passed is silently left out", async () => {
    // No word that the scope check knows: the file ends before its tests.
    const text = OLD.replace(
      'test("doubles"',
      'if (cityOf.length) process.exit(0);\ntest("doubles"',
    );
    const input = repository({
      "test/city.test.js": text,
      "test/no-city.test.js": `${HEAD}\n${PROOF}`,
    });
    const proof = await prove(input);
    expect(proof.verdict, proof.log.join("\n")).toBe("none");
    expect(proof.because).toContain("is not run with the change");
  });

  it("is weak by exit code alone", async () => {
    const project = {
      testCommand:
        "node test/city.test.js > /dev/null; for f in test/*.check.js; do [ ! -e $f ] || node $f || exit 1; done",
    };
    const check =
      'import { cityOf } from "../src/city.js";\nif (cityOf({}) !== null) process.exit(1);\n';
    const proof = await prove({ ...repository({ "test/no-city.check.js": check }), project });
    expect(proof, proof.log.join("\n")).toMatchObject({ verdict: "weak", format: null });
  });

  it("is proven by a report that the project's own command writes", async () => {
    const project = {
      testCommand:
        "node --test --test-reporter=tap > own.tap; code=$?; cp own.tap $SOULCASTER_REPORT; exit $code",
    };
    const proof = await prove({ ...added(PROOF), project });
    expect(proof, proof.log.join("\n")).toMatchObject({ verdict: "proven", format: "tap" });
  });

  it("brings only what it changes, whatever tests leave behind", async () => {
    const messy = `${OLD}import { mkdirSync, writeFileSync } from "node:fs";\nmkdirSync("__pycache__", { recursive: true });\nwriteFileSync("__pycache__/a.pyc", "\\0\\u0001");\nwriteFileSync("left-behind.txt", "x");\n`;
    const proof = await prove(added(PROOF, { "test/city.test.js": messy }));
    expect(proof.verdict, proof.log.join("\n")).toBe("proven");
    expect(proof.files?.map((file) => file.path)).toEqual(["src/city.js", "test/no-city.test.js"]);
  });
});
