import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";

const ROOT = path.join(import.meta.dirname, "../../../..");
const COMMITTED = "worker/triage/kernel/kernel.wasm";

test("the committed kernel is what its source compiles to", () => {
  const { scripts } = JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  const folder = mkdtempSync(path.join(tmpdir(), "kernel-"));
  try {
    const fresh = path.join(folder, "kernel.wasm");
    const [, ...args] = scripts["build:kernel"]!.replace(COMMITTED, fresh).split(" ");
    const compiler = path.join(ROOT, "node_modules/assemblyscript/bin/asc.js");
    execFileSync(process.execPath, [compiler, ...args], { cwd: ROOT });
    expect(readFileSync(fresh).equals(readFileSync(path.join(ROOT, COMMITTED)))).toBe(true);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
