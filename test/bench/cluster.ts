import { readFileSync, writeFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { parseArgs } from "node:util";
import { runInNewContext } from "node:vm";
import { z } from "zod";
import { DEFAULT_GROUPING } from "../../worker/domain/grouping";
import { emptyIdfTable } from "../../worker/triage/embedders/lexical/idf";
import { createLexicalEmbedder } from "../../worker/triage/embedders/lexical/lexical-embedder";
import { SLICE, startClustering } from "../../worker/triage/kernel/average-linkage";
import { toRaw } from "../../worker/triage/threshold";
import { groupedVectors, rowsOf, stormVectors } from "./vectors";

const Options = z.object({
  n: z.coerce.number().int().min(1).max(200_000).optional(),
  d: z.coerce.number().int().min(1).max(4096).default(768),
  threshold: z.coerce.number().min(0).max(1).default(DEFAULT_GROUPING.threshold),
  storm: z.coerce.number().min(0).max(1).optional(),
  seed: z.coerce.number().int().default(1),
  in: z.string().optional(),
  labels: z.string().optional(),
  raw: z.boolean().default(false),
  json: z.boolean().default(false),
});

/**
 * Times average linkage of `--n` made-up vectors, or of the rows of `--in` (raw little-endian float32, `--d` numbers a
 * row). With `--storm 0.6` that share of the made-up ones are near copies of one. Prints the seconds with the vectors in memory already, and the most memory that was held beyond them.
 * `--threshold` is a person's number, mapped as for the offline embedder's texts, or with `--raw` a cosine. `--labels`
 * writes one label per row as a JSON array.
 */
export async function benchCluster(args: string[]): Promise<void> {
  const options = optionsOf(args);
  // As in a Worker, whose young generation is small: Node's may hold some 50 MB of what nobody needs any more.
  setFlagsFromString("--max-semi-space-size=1");
  const vectors = vectorsOf(options);
  const { anchors } = createLexicalEmbedder(emptyIdfTable());
  const line = options.raw ? options.threshold : toRaw(options.threshold, anchors.text);
  const { labels, ...measured } = measure(vectors, line);
  const clusters = new Set(labels).size;
  const result = { n: vectors.length, d: options.d, raw_threshold: line, clusters, ...measured };
  if (options.labels) writeFileSync(options.labels, JSON.stringify(labels));
  if (options.json) console.log(JSON.stringify(result));
  else {
    const { seconds, cpu_seconds, peak_mb, wasm_mb, slices, longest_slice_ms } = result;
    console.log(
      `${result.n} × ${result.d} at cosine ${line.toFixed(4)}: ${clusters} clusters in ${seconds.toFixed(2)} s ` +
        `(${cpu_seconds.toFixed(2)} s of CPU)\n` +
        `peak memory beyond the vectors ${peak_mb.toFixed(1)} MB, ${wasm_mb.toFixed(1)} MB of it WebAssembly; ` +
        `${slices} slices, the longest ${longest_slice_ms.toFixed(0)} ms of CPU`,
    );
  }
}

function optionsOf(args: string[]): z.infer<typeof Options> {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  const { values } = parseArgs({
    args,
    options: {
      n: text,
      d: text,
      threshold: text,
      seed: text,
      storm: text,
      in: text,
      labels: text,
      raw: flag,
      json: flag,
    },
  });
  return Options.parse(values);
}

function vectorsOf(options: z.infer<typeof Options>): Float32Array[] {
  if (options.in === undefined) {
    const { n = 20_000, d, seed, storm } = options;
    return storm === undefined ? groupedVectors(n, d, seed) : stormVectors(n, d, seed, storm);
  }
  const bytes = readFileSync(options.in);
  const rows = bytes.byteLength / 4 / options.d;
  if (!Number.isInteger(rows)) {
    throw new Error(
      `${options.in}: ${bytes.byteLength} bytes are not rows of ${options.d} float32.`,
    );
  }
  const n = options.n ?? rows;
  if (n > rows) throw new Error(`${options.in} has ${rows} rows, fewer than --n ${n}.`);
  const values = new Float32Array(n * options.d);
  new Uint8Array(values.buffer).set(bytes.subarray(0, values.byteLength));
  return rowsOf(values, options.d);
}

/** In milliseconds. */
function cpuSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

/** What making the vectors has left behind is not to be counted. */
function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
}

/** Memory is looked at between parts of a slice; what a part frees again is not seen. */
function measure(vectors: readonly Float32Array[], line: number) {
  const PARTS = 8;
  collectGarbage();
  const held = process.memoryUsage.rss();
  const cpu = process.cpuUsage();
  const began = performance.now();
  let [peak, slices, longest] = [held, 0, 0];
  const clustering = startClustering(vectors, line);
  let labels: number[] | null = null;
  while (!labels) {
    const start = process.cpuUsage();
    for (let part = 0; part < PARTS && !labels; part++) {
      labels = clustering.step(SLICE / PARTS);
      peak = Math.max(peak, process.memoryUsage.rss());
    }
    slices += 1;
    longest = Math.max(longest, cpuSince(start));
  }
  return {
    labels,
    seconds: (performance.now() - began) / 1000,
    cpu_seconds: cpuSince(cpu) / 1000,
    peak_mb: (peak - held) / 2 ** 20,
    wasm_mb: clustering.bytes() / 2 ** 20,
    slices,
    longest_slice_ms: longest,
  };
}
