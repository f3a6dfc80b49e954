/**
 * Measures grouping on labelled reports, over the product's own modules:
 *
 *   npm run eval -- [--data FILE.jsonl …] [--mode batch|incremental] [--threshold 0.72]
 *                   [--strategy agglomerative|centroid|vector_like] [--json] [--out DIR]
 *
 * Each line of a file is `{id, title, body, created_at?, source?, stack?, group}`. Every file is a project of its own; without one
 * the built-in set is measured. `--out` writes `{id, cluster, neighbors}` per report.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import { DEFAULT_GROUPING, GROUPING_METHODS } from "../../worker/domain/grouping";
import { createLexicalEmbedder } from "../../worker/triage/embedders/lexical/lexical-embedder";
import { readDataset } from "./dataset";
import { evaluate, type EvalReport, type Prediction } from "./evaluate";

const BUILT_IN = path.join(import.meta.dirname, "data/reports.jsonl");

const Options = z.object({
  data: z.array(z.string()),
  mode: z.enum(["batch", "incremental"]).default("batch"),
  threshold: z.coerce.number().min(0).max(1).default(DEFAULT_GROUPING.threshold),
  strategy: z.enum(GROUPING_METHODS).default(DEFAULT_GROUPING.method),
  json: z.boolean().default(false),
  out: z.string().optional(),
});

async function main(): Promise<void> {
  const options = readOptions();
  const reports: EvalReport[] = [];
  const files = options.data.length > 0 ? options.data : [BUILT_IN];
  for (const file of files) {
    const { report, predictions } = await evaluate(readDataset(file), {
      embedder: createLexicalEmbedder,
      grouping: {
        ...DEFAULT_GROUPING,
        method: options.strategy,
        threshold: options.threshold,
      },
      mode: options.mode,
    });
    reports.push(report);
    if (!options.json) console.log(lineOf(report));
    if (options.out) writePredictions(options.out, report.name, predictions);
  }
  if (options.json) console.log(JSON.stringify(reports, null, 2));
}

function readOptions(): z.infer<typeof Options> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      data: { type: "string", multiple: true },
      mode: { type: "string" },
      threshold: { type: "string" },
      strategy: { type: "string" },
      json: { type: "boolean" },
      out: { type: "string" },
    },
  });
  const parsed = Options.safeParse({ ...values, data: [...(values.data ?? []), ...positionals] });
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(
    ({ path: at, message }) => `--${at[0]?.toString()}: ${message}`,
  );
  console.error(faults.join("\n"));
  process.exit(2);
}

function lineOf(report: EvalReport): string {
  const { precision, recall, f1, ari, hit1, hit5 } = report;
  const numbers = Object.entries({
    P: precision,
    R: recall,
    F1: f1,
    ARI: ari,
    "hit@1": hit1,
    "hit@5": hit5,
  });
  const tiers = Object.entries(report.tiers).map(([tier, count]) => `${tier} ${count}`);
  const seconds = `$${report.usd.toFixed(2)}, embed ${report.embedSeconds.toFixed(1)} s, place ${report.placeSeconds.toFixed(1)} s`;
  return `${report.name.padEnd(24)} n=${report.reports}  ${numbers
    .map(([name, value]) => `${name} ${value.toFixed(3)}`)
    .join("  ")}  ${report.clusters} clusters (${tiers.join(", ")})  ${seconds}`;
}

function writePredictions(folder: string, name: string, predictions: Prediction[]): void {
  mkdirSync(folder, { recursive: true });
  const lines = predictions.map((prediction) => JSON.stringify(prediction));
  writeFileSync(path.join(folder, `${name}.jsonl`), `${lines.join("\n")}\n`);
}

await main();
