import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { repairRules } from "../../../../worker/fix/runners/repair-rules/repair-rules";
import { proveChange, type Proof, type ProofInput } from "../../../builders/proof";
import * as javascript from "../../../builders/repositories/javascript";
import * as languages from "../../../builders/repositories/languages";
import { isolatedKinds, play, type Played } from "../../../world/sandbox/for-tests";

const PATIENCE = 400_000;
/** What a sandbox on this machine finds. */
const PATH = "/usr/local/bin:/usr/bin:/bin";

let played: Played;

beforeAll(async () => {
  const [kind = "none"] = await isolatedKinds();
  played = await play(kind);
}, 60_000);

afterAll(() => played.end());

function works(command: string): boolean {
  try {
    execFileSync("sh", ["-c", command], {
      stdio: "ignore",
      timeout: 20_000,
      env: { ...process.env, PATH },
    });
    return true;
  } catch {
    return false;
  }
}

const NPM = works("npm view ms version");

type Case = [string, boolean, () => ProofInput];

const CASES: Case[] = [
  ["node:test", true, javascript.nodeTest],
  ["vitest, TypeScript, npm workspaces", NPM, javascript.vitestWorkspace],
  ["jest, CommonJS", NPM, javascript.jest],
  ["mocha and chai", NPM, javascript.mocha],
  ["ava", NPM, javascript.ava],
  ["tape, without a lock file", NPM, javascript.tape],
  ["pytest, src layout", works("python3 -c 'import pytest'"), languages.pytest],
  [
    "unittest",
    works("python3 -V"),
    () => ({ ...languages.unittest(), project: { testCommand: "python3 -m unittest discover" } }),
  ],
  ["go test", works("go version"), languages.go],
  ["cargo test", works("cargo --version"), languages.rust],
  ["phpunit", works("phpunit --version"), languages.phpunit],
];

/** A name in the list of tests says what could not be run on this machine. */
const named = ([name, possible]: Case) =>
  possible ? name : `${name} (NOT RUN: not on this machine)`;

function onlyRow(proof: Proof) {
  return proof.rows?.filter((row) => row.counts).map(({ before, after }) => ({ before, after }));
}

describe("a change with its reproduction is proven by", () => {
  for (const one of CASES)
    it.skipIf(!one[1])(named(one), { timeout: PATIENCE }, async () => {
      const proof = await proveChange(played, one[2]());
      expect(proof.failure, proof.log.join("\n")).toBeNull();
      expect(proof.because, proof.log.join("\n")).toMatch(/^A test of the change failed twice/);
      expect(proof.verdict).toBe("proven");
      expect(onlyRow(proof)).toEqual([
        { before: ["failed", "failed"], after: ["passed", "passed"] },
      ]);
      // It was red before, and stays so: nobody holds that against the change.
      expect(proof.preexistingCount).toBe(1);
      expect(proof.newlyFailing).toEqual([]);
    });
});

/** A crash, and what the runner without a model makes of it. */
async function repaired({ base }: ProofInput): Promise<ProofInput> {
  const source = `function label(user) {
  const city = user.address.city;
  return city ? city.trim() : "";
}

module.exports = { label };
`;
  const files: Record<string, string> = { ...base, "lib/label.js": source };
  const crash = {
    type: "TypeError",
    message: "Cannot read properties of undefined (reading 'city')",
    frames: [{ path: "lib/label.js", line: 2, column: 29, function: "label" }],
  };
  const plan = {
    summary: "",
    hypotheses: [],
    candidate_files: [],
    steps: [],
    validation: [],
    crash,
  };
  const proposal = await repairRules.propose({
    plan,
    readFile: async (name) => files[name] ?? null,
    listFiles: async () => Object.keys(files),
    model: null,
    notes: [],
    faults: [],
    changed: [],
  });
  if (proposal.kind !== "changed" || !proposal.test) throw new Error(JSON.stringify(proposal));
  const changed = [...proposal.files, proposal.test].map(({ path, content }) => [path, content]);
  return { base: files, change: Object.fromEntries(changed), crash };
}

describe("a repair without a model brings a test of the repository's own kind, which proves it, in", () => {
  const cases: Case[] = [
    ["jest", NPM, javascript.jest],
    ["mocha and chai", NPM, javascript.mocha],
  ];
  for (const one of cases)
    it.skipIf(!one[1])(named(one), { timeout: PATIENCE }, async () => {
      const proof = await proveChange(played, await repaired(one[2]()));
      expect(proof.failure, proof.log.join("\n")).toBeNull();
      expect(proof.verdict, proof.log.join("\n")).toBe("proven");
      expect(onlyRow(proof)).toHaveLength(1);
    });
});
