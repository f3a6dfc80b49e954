import { parseArgs } from "node:util";
import { z } from "zod";
import { stackText } from "../world/story/bugs";
import {
  ask,
  get,
  makeBenchProject,
  openInstallation,
  until,
  type BenchProject,
} from "./installation";
import { printTable, type Parts } from "./table";

const Options = z.object({
  times: z.coerce.number().int().min(1).max(50).default(5),
  use: z.string().optional(),
});

type Event = { at: string; stage: string; kind: string; text: string };
type Run = { status: string; error: string | null; created_at: string; finished_at: string | null };

/**
 * Drives runs and prints how long each stage took, beside the agent's own work: mean, median and maximum in milliseconds. The runner
 * is `repair_rules`, whose work takes no time to speak of, so that all else is what we add around an agent. `between` is what lies
 * between the stages: queue, Workflow engine, the database. Throws where a run does not succeed.
 */
export async function benchRun(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { times: { type: "string" }, use: { type: "string" } },
  });
  const { times, use } = Options.parse(values);
  const installation = await openInstallation(use);
  try {
    const rounds: Parts[] = [];
    for (let index = 0; index < times; index++) {
      rounds.push(await playRun(await makeBenchProject(installation)));
      console.log(`  run ${index + 1}: ${(rounds.at(-1)!["overhead"]! / 1000).toFixed(2)} s`);
    }
    printTable(rounds);
  } finally {
    await installation.stop();
  }
}

async function playRun(project: BenchProject): Promise<Parts> {
  const report = { title: "Coupon breaks checkout", body: stackText("coupon") };
  await ask(`${project.api}/ingest/manual`, project.token, "POST", JSON.stringify(report));
  const clusterId = await until("the report is in a cluster", async () => {
    const page = await get<{ items: { id: string; count: number }[] }>(project, "/clusters");
    return page.items.find((cluster) => cluster.count > 0)?.id ?? null;
  });
  await ask(`${project.api}/clusters/${clusterId}/plan`, project.token, "POST", "{}");
  const { job_id: id } = await ask<{ job_id: string }>(
    `${project.api}/clusters/${clusterId}/start_fix`,
    project.token,
    "POST",
    JSON.stringify({ runner: "repair_rules" }),
  );
  const run = await until("the run has ended", async () => {
    const now = await get<Run>(project, `/jobs/${id}`);
    if (now.error) throw new Error(`The run failed: ${now.error}`);
    return now.status === "succeeded" ? now : null;
  });
  const { events } = await get<{ events: Event[] }>(project, `/jobs/${id}/logs`);
  return partsOf(events, Date.parse(run.finished_at!) - Date.parse(run.created_at));
}

/** Milliseconds of each stage from its line in the log; `work` is the runner's own, and not ours. */
export function partsOf(events: Event[], totalMs: number): Parts {
  const parts: Parts = {};
  for (const { stage, text } of events) {
    const took = /^Took (\d+) ms\.$/.exec(text)?.[1];
    if (took !== undefined) parts[stage] = (parts[stage] ?? 0) + Number(took);
  }
  const stages = Object.values(parts).reduce((sum, ms) => sum + ms, 0);
  const own = parts["work"] ?? 0;
  return {
    ...parts,
    between: Math.max(0, totalMs - stages),
    overhead: totalMs - own,
    total: totalMs,
  };
}
