import { execFile } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { PlanContent } from "../../../../../worker/domain/plan";
import { parseStackText } from "../../../../../worker/domain/stack-text";
import { deterministicPlanner } from "../../../../../worker/fix/plan/deterministic";
import type { PlanRepository } from "../../../../../worker/fix/plan/planner";
import { repairRules } from "../../../../../worker/fix/runners/repair-rules/repair-rules";
import { SAMPLE_CRASHES } from "../../../../world/crashes";
import { syntaxFaults } from "./syntax-faults";

const SAMPLE = path.join(import.meta.dirname, "../../../../world/sample");
const PATIENCE = 60_000;

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "soulcaster-sample-"));
  await cp(SAMPLE, folder, { recursive: true });
});

afterEach(() => rm(folder, { recursive: true, force: true }));

type Ended = { code: number; stdout: string; stderr: string };

function node(args: string[]): Promise<Ended> {
  const { NODE_OPTIONS: _options, NODE_TEST_CONTEXT: _context, ...env } = process.env;
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: folder, env }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code ?? 1) : 0, stdout, stderr });
    });
  });
}

function crashNow(script: string): Promise<Ended> {
  return node(["--input-type=module", "--eval", script]);
}

async function repository(): Promise<PlanRepository> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const paths = files.map((entry) =>
    path.relative(folder, path.join(entry.parentPath, entry.name)),
  );
  return { sha: "0".repeat(40), paths, read: readText, search: async () => [], guidance: [] };
}

async function readText(file: string): Promise<string | null> {
  return readFile(path.join(folder, file), "utf8").catch(() => null);
}

describe("a real crash of the sample repository is repaired from its stack trace alone:", () => {
  test.each(SAMPLE_CRASHES)("$name", { timeout: PATIENCE }, async ({ file, script, expected }) => {
    const crashed = await crashNow(script);
    expect(crashed.code).not.toBe(0);
    expect(crashed.stderr).toMatch(/Cannot (read properties|destructure property)/);

    const plan = await deterministicPlanner.plan({
      cluster: { id: "c", title: "The shop crashes", summary: "" },
      items: [
        { source: "sentry", title: "crash", body: "", crash: parseStackText(crashed.stderr) },
      ],
      repository: await repository(),
      pathPrefix: null,
    });
    expect(PlanContent.parse(plan)).toEqual(plan);
    expect(plan.crash?.frames[0]?.path).toBe(file);
    expect(plan.candidate_files[0]?.path).toBe(file);

    const proposal = await repairRules.propose({
      plan,
      readFile: readText,
      listFiles: async () => (await repository()).paths,
      model: null,
      notes: [],
      faults: [],
      changed: [],
    });
    expect(proposal).toMatchObject({ kind: "changed", files: [{ path: file }] });
    if (proposal.kind !== "changed") return;
    const { test: derived } = proposal;
    await writeFile(path.join(folder, derived!.path), derived!.content);
    const reproduced = await node(["--test", "--test-reporter=tap", derived!.path]);
    const message = crashed.stderr.match(/Cannot (?:read properties|destructure property).*/)![0];
    expect(reproduced.stdout).toContain(message.slice(0, message.indexOf("'")));
    expect(reproduced.stdout).toMatch(/# fail 1/);
    for (const change of proposal.files) {
      expect(syntaxFaults(change.path, change.content)).toEqual([]);
      await writeFile(path.join(folder, change.path), change.content);
    }

    const fixed = await crashNow(script);
    expect(fixed.stderr).toBe("");
    expect(JSON.parse(fixed.stdout)).toEqual(expected);
    const tests = await node(["--test", "--test-reporter=tap"]);
    expect(tests.stdout).toMatch(/# fail 0/);
    expect(tests.code).toBe(0);
  });

  test("the sample's own tests are green before any repair", { timeout: PATIENCE }, async () => {
    const tests = await node(["--test", "--test-reporter=tap"]);
    expect(tests.stdout).toMatch(/# pass 19\n# fail 0/);
    expect(tests.code).toBe(0);
  });

  test("the two wrong answers of the sample are no crashes, and stay wrong", async () => {
    const script = `import { revenueOf, topSellers } from "./src/index.js";
const orders = [{ lines: [{ sku: "A", unitPrice: 10, quantity: 3 }, { sku: "B", unitPrice: 1, quantity: 1 }] }];
console.log(JSON.stringify([revenueOf(orders), topSellers(orders, 2).length]));`;
    const ended = await crashNow(script);
    expect(JSON.parse(ended.stdout)).toEqual([11, 1]);
  });
});
