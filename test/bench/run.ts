/**
 * Measures the product: `npm run bench -- NAME [options]`. Each benchmark is a file of its own that exports one function.
 *
 *   loop      signed webhook → cluster → fix → draft pull request, ten times [--times N] [--use HOME]
 *   run       what a run costs in time beside its agent, stage by stage [--times 5] [--use HOME]
 *   ingest    latency at 50 requests/s, accepted and processed reports per second, rows of a storm [--seconds 20]
 *             [--reports 2000] [--storm 10000] [--use HOME]
 *   cluster   exact average linkage of 20,000 vectors [--n N] [--d 768] [--threshold 0.72] [--raw] [--in FILE.f32]
 *             [--labels FILE.json] [--seed 1] [--storm SHARE] [--json]
 *   place     CPU of one new report among 100,000, and of a burst of 5,000 [--n N] [--reports 200] [--burst 5000]
 *             [--data FILE.jsonl] [--json]
 */
import { benchCluster } from "./cluster";
import { benchIngest } from "./ingest";
import { benchLoop } from "./loop";
import { benchPlace } from "./place";
import { benchRun } from "./run-overhead";

const BENCHMARKS: Record<string, (args: string[]) => Promise<void>> = {
  loop: benchLoop,
  run: benchRun,
  ingest: benchIngest,
  cluster: benchCluster,
  place: benchPlace,
};

const [name = "", ...args] = process.argv.slice(2);
const benchmark = BENCHMARKS[name];
if (!benchmark) {
  console.error(`Name a benchmark: ${Object.keys(BENCHMARKS).join(", ")}.`);
  process.exit(1);
}
benchmark(args).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
