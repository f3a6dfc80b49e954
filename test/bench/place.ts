import { monitorEventLoopDelay } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { z } from "zod";
import { DEFAULT_GROUPING } from "../../worker/domain/grouping";
import { emptyIdfTable } from "../../worker/triage/embedders/lexical/idf";
import { createLexicalEmbedder } from "../../worker/triage/embedders/lexical/lexical-embedder";
import { HOT_VECTORS } from "../../worker/triage/neighbourhood";
import { readDataset, type LabelledReport } from "../eval/dataset";
import { EvalProject } from "../eval/project";
import { madeUpReports } from "./reports";
import { printTable } from "./table";

const Options = z.object({
  n: z.coerce.number().int().min(0).default(100_000),
  reports: z.coerce.number().int().min(1).default(200),
  burst: z.coerce.number().int().min(0).default(5000),
  data: z.string().optional(),
  json: z.boolean().default(false),
});

/** As many as the object takes in one slice. */
const SLICE = 100;

/**
 * The CPU of grouping: a burst of reports in slices, and reports that come one by one into a project of `--n`. All of it is the
 * product's own code (embedding, search, what hangs together, `assign`, the ledger's rows), but D1 and the object's SQLite are
 * maps in memory. Of more than 12,000 reports the object holds the newest 12,000: so many are made, since what is older is found by an
 * outside index, at no CPU of the object. `--data` takes the reports of a labelled file in the place of made-up ones.
 */
export async function benchPlace(args: string[]): Promise<void> {
  const options = optionsOf(args);
  const reports = options.data
    ? readDataset(options.data).reports
    : madeUpReports(Math.min(options.n, HOT_VECTORS) + options.reports, 1);
  const singles = reports.splice(Math.max(0, reports.length - options.reports));
  const idf = emptyIdfTable();
  const embedder = createLexicalEmbedder(idf);
  const project = await EvalProject.open({ grouping: DEFAULT_GROUPING, embedder, idf });
  const burst = Math.min(options.burst, reports.length);
  for (const slice of slicesOf(reports.slice(0, reports.length - burst)))
    await place(project, slice);
  const held = monitorEventLoopDelay({ resolution: 1 });
  held.enable();
  const slices: number[] = [];
  for (const slice of slicesOf(reports.slice(reports.length - burst))) {
    slices.push(await cpuOf(() => place(project, slice)));
  }
  held.disable();
  const each: number[] = [];
  for (const one of singles) each.push(await cpuOf(() => place(project, [one])));
  const result = {
    n: options.n,
    one_report_mean_ms: mean(each),
    one_report_max_ms: Math.max(...each),
    burst,
    slice_mean_ms: mean(slices),
    slice_max_ms: Math.max(0, ...slices),
    longest_without_turn_ms: burst > 0 ? held.max / 1e6 : 0,
  };
  if (options.json) return console.log(JSON.stringify(result));
  console.log(
    `CPU among ${options.n} reports (a burst of ${burst} in slices of ${SLICE}, then one by one)`,
  );
  printTable(each.map((ms) => ({ "one report": ms })));
  if (slices.length > 0) printTable(slices.map((ms) => ({ "a slice of 100": ms })));
  console.log(
    `\nlongest time without a turn for others: ${result.longest_without_turn_ms.toFixed(0)} ms`,
  );
}

function optionsOf(args: string[]): z.infer<typeof Options> {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    args,
    options: { n: text, reports: text, burst: text, data: text, json: { type: "boolean" } },
  });
  return Options.parse(values);
}

async function place(project: EvalProject, reports: readonly LabelledReport[]): Promise<void> {
  await project.embed(reports);
  await project.place(reports.map(({ id }) => id));
}

function slicesOf(reports: readonly LabelledReport[]): LabelledReport[][] {
  const slices: LabelledReport[][] = [];
  for (let from = 0; from < reports.length; from += SLICE) {
    slices.push(reports.slice(from, from + SLICE));
  }
  return slices;
}

/** In milliseconds. */
async function cpuOf(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
