import { expect, test } from "vitest";
import { execFileSync } from "node:child_process";
import path from "node:path";

const ROOT = path.join(import.meta.dirname, "../..");

test("the CPU of placing one report, and a burst in slices, is measured over the product's modules", () => {
  const tsx = path.join(ROOT, "node_modules/tsx/dist/cli.mjs");
  const args = ["place", "--json", "--n", "900", "--burst", "600", "--reports", "20"];
  const printed = execFileSync(process.execPath, [tsx, "test/bench/run.ts", ...args], {
    cwd: ROOT,
    encoding: "utf8",
  });
  const result = JSON.parse(printed) as Record<string, number>;
  expect(result["burst"]).toBe(600);
  expect(result["one_report_mean_ms"]).toBeLessThan(20);
  expect(result["slice_max_ms"]).toBeLessThan(1000);
}, 60_000);
