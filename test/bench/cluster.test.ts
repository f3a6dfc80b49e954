import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { groupedVectors } from "./vectors";

const ROOT = path.join(import.meta.dirname, "../..");

function bench(...options: string[]): Record<string, number> {
  const tsx = path.join(ROOT, "node_modules/tsx/dist/cli.mjs");
  const args = [tsx, "test/bench/run.ts", "cluster", "--json", ...options];
  return JSON.parse(
    execFileSync(process.execPath, args, { cwd: ROOT, encoding: "utf8" }),
  ) as Record<string, number>;
}

/** A storm of 12,000 near copies takes half a minute of CPU: deep only. A smaller one has less to hold. */
const STORM = process.env["SOULCASTER_DEEP"] ? "20000" : "5000";

test("20,000 vectors of 768 cluster in 64 MB and slices of a second, at any threshold, and in a storm", () => {
  for (const options of [
    ["--n", "20000", "--threshold", "0.72"],
    ["--n", "20000", "--threshold", "0.33"],
    ["--n", STORM, "--threshold", "0.72", "--storm", "0.6"],
  ]) {
    const result = bench("--raw", ...options);
    expect(result["n"]).toBe(Number(options[1]));
    expect(result["peak_mb"]).toBeLessThan(64);
    expect(result["longest_slice_ms"]).toBeLessThan(1000);
  }
}, 600_000);

test("rows are read from a file, and their labels written to one", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "bench-"));
  try {
    const rows = groupedVectors(50, 16, 2);
    const [input, output] = [path.join(folder, "rows.f32"), path.join(folder, "labels.json")];
    writeFileSync(input, new Uint8Array(rows[0]!.buffer));
    const made = ["--in", input, "--d", "16", "--labels", output];
    const mapped = bench(...made, "--threshold", "0.72");
    expect(mapped["raw_threshold"]).toBeCloseTo(0.33);
    const raw = bench(...made, "--threshold", "0.72", "--raw");
    expect(raw["raw_threshold"]).toBe(0.72);
    const labels = JSON.parse(readFileSync(output, "utf8")) as number[];
    expect(labels.length).toBe(50);
    expect(new Set(labels).size).toBe(raw["clusters"]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 60_000);
