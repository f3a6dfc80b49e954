import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { proveChange, type ProofInput } from "../../../builders/proof";
import { nodeTest } from "../../../builders/repositories/javascript";
import { isolatedKinds, play, type Played } from "../../../world/sandbox/for-tests";

const PATIENCE = 300_000;

let played: Played;

beforeAll(async () => {
  const [kind = "none"] = await isolatedKinds();
  played = await play(kind);
}, 60_000);

afterAll(() => played.end());

function repository(base: Record<string, string>, more: Partial<ProofInput> = {}): ProofInput {
  const sample = nodeTest();
  return { ...sample, base: { ...sample.base, ...base }, ...more };
}

const manifest = (fields: object) =>
  JSON.stringify({ name: "shop", type: "module", scripts: { test: "node --test" }, ...fields });

describe("a set-up", { timeout: PATIENCE }, () => {
  it("runs no script of a package, not the repository's own either", async () => {
    const attack = "node -e \"require('fs').writeFileSync('/home/user/attacked', '')\"";
    const seen =
      'import assert from "node:assert/strict";\nimport { existsSync } from "node:fs";\nimport { test } from "node:test";\ntest("is safe", () => assert.ok(!existsSync("/home/user/attacked")));\n';
    const proof = await proveChange(
      played,
      repository({
        "package.json": manifest({
          scripts: {
            test: "node --test",
            preinstall: attack,
            postinstall: attack,
            prepare: attack,
          },
          dependencies: { bad: "file:./vendor/bad" },
        }),
        "vendor/bad/package.json": JSON.stringify({
          name: "bad",
          version: "1.0.0",
          scripts: { install: attack },
        }),
        "test/safe.test.js": seen,
      }),
    );
    expect(proof.log.join("\n")).toContain("npm install --ignore-scripts");
    expect(proof.verdict, proof.log.join("\n")).toBe("proven");
    expect(proof.preexisting).not.toContain("is safe");
  });

  it("that nobody asked for may fail: the change is judged all the same, and a reviewer is told", async () => {
    const proof = await proveChange(
      played,
      repository({
        "package.json": manifest({ dependencies: { "@private/kit": "1.0.0" } }),
        ".npmrc": "@private:registry=https://npm.internal.example/\nfetch-retries=0\n",
      }),
    );
    expect(proof.failure, proof.log.join("\n")).toBeNull();
    expect(proof.verdict).toBe("proven");
    expect(proof.flags?.join("\n")).toMatch(/^Set-up \(npm install .*\) failed with exit code 1/m);
  });

  it("of the project's own ends the run where it fails, with its last words", async () => {
    const setupCommand = "echo first; echo 'no such package' >&2; exit 3";
    const proof = await proveChange(played, repository({}, { project: { setupCommand } }));
    expect(proof.failure).toBe("The set-up command failed with exit code 3: no such package");
  });

  it("reaches registries and nothing else, and afterwards nothing at all", async () => {
    const setupCommand =
      "for u in https://registry.npmjs.org/ms https://example.com http://127.0.0.1:22; do curl -s -m 20 -o /dev/null -w '%{http_code}\\n' $u >> /home/user/reached; done; true";
    const look =
      'import assert from "node:assert/strict";\nimport { readFileSync } from "node:fs";\nimport { test } from "node:test";\n' +
      'test("reaches " + readFileSync("/home/user/reached", "utf8").trim().split("\\n").slice(1).join(" "), () => {});\n' +
      'test("is locked", async () => { await assert.rejects(fetch("https://registry.npmjs.org/ms")); });\n';
    const proof = await proveChange(
      played,
      repository({ "test/reach.test.js": look }, { project: { setupCommand } }),
    );
    expect(proof.preexisting, proof.log.join("\n")).not.toContain("is locked");
    expect(proof.verdict).toBe("proven");
  });

  it("is not asked for by a project inside a larger repository, when its tests lie in its folder", async () => {
    const sample = nodeTest();
    const inside = (files: Record<string, string | null>) =>
      Object.fromEntries(Object.entries(files).map(([name, text]) => [`shop/${name}`, text]));
    const proof = await proveChange(played, {
      base: { ...(inside(sample.base) as Record<string, string>), "README.md": "# All\n" },
      change: inside(sample.change),
      project: { pathPrefix: "shop" },
    });
    expect(proof.verdict, proof.log.join("\n")).toBe("proven");
  });
});
