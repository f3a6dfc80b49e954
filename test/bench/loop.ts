import { createHmac, randomBytes } from "node:crypto";
import { parseArgs } from "node:util";
import { z } from "zod";
import { sentryDeliveries } from "../world/story";
import {
  ask,
  get,
  makeBenchProject,
  openInstallation,
  until,
  type BenchProject,
  type Installation,
} from "./installation";
import { printTable, type Parts } from "./table";

const LIMIT_SECONDS = 120;

const Options = z.object({
  times: z.coerce.number().int().min(1).max(100).default(10),
  use: z.string().optional(),
});

/**
 * Drives signed webhook → cluster → fix → draft pull request, round after round, through the running product, and prints
 * the mean, median and maximum of each part. Starts a product of its own in a temporary home, or uses the running one whose
 * home `--use` names (`--use .` for this checkout's). Throws when a round does not end in a draft pull request, or when all
 * rounds together take more than 120 seconds.
 */
export async function benchLoop(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { times: { type: "string" }, use: { type: "string" } },
  });
  const { times, use } = Options.parse(values);
  const installation = await openInstallation(use);
  try {
    const rounds: Parts[] = [];
    const began = performance.now();
    for (let index = 0; index < times; index++) {
      rounds.push(await playRound(installation, index));
    }
    const seconds = (performance.now() - began) / 1000;
    printTable(rounds);
    console.log(`\n${times} rounds in ${seconds.toFixed(1)} s (limit ${LIMIT_SECONDS} s)`);
    if (seconds > LIMIT_SECONDS) throw new Error("That is too slow.");
  } finally {
    await installation.stop();
  }
}

async function playRound(installation: Installation, index: number): Promise<Parts> {
  const round = await makeBenchProject(installation);
  const body = crashBody(index);
  const signature = createHmac("sha256", round.secret).update(body).digest("hex");

  const sent = performance.now();
  await ask(round.url, "", "POST", body, {
    "sentry-hook-resource": "event_alert",
    "sentry-hook-signature": signature,
  });
  const answered = performance.now();
  const clusterId = await until("the crash is in a cluster", async () => {
    const page = await get<{ items: { id: string; count: number }[] }>(round, "/clusters");
    return page.items.find((cluster) => cluster.count > 0)?.id ?? null;
  });
  const clustered = performance.now();
  const started = await ask<{ job_id: string }>(
    `${round.api}/clusters/${clusterId}/start_fix`,
    round.token,
    "POST",
    JSON.stringify({ runner: "repair_rules" }),
  );
  const pressed = performance.now();
  const committed = await until("the change is committed", () => stageAt(round, started.job_id));
  await until("the draft pull request is open", () => pullOf(round, started.job_id));
  const ended = performance.now();

  // The log's times are of the wall clock, so the moment of the commit is moved over to ours.
  const commit = Math.min(ended, ended - (Date.now() - committed));
  console.log(`  round ${index + 1}: ${((ended - sent) / 1000).toFixed(2)} s`);
  return {
    "ingest answer": answered - sent,
    clustered: clustered - answered,
    "plan and start": pressed - clustered,
    run: commit - pressed,
    "pull request": ended - commit,
    total: ended - sent,
  };
}

/** One of the sample repository's crashes as Sentry tells it, with an event id that nobody has seen. */
function crashBody(index: number): string {
  const alerts = sentryDeliveries.filter((one) => one.resource === "event_alert");
  const bugs = [...new Set(alerts.map((one) => one.bug))];
  const delivery = alerts.find((one) => one.bug === bugs[index % bugs.length])!;
  const body = delivery.body(Date.now()) as { data: { event: Record<string, unknown> } };
  body.data.event["event_id"] = randomBytes(16).toString("hex");
  return JSON.stringify(body);
}

/** When the run's log says that the change was committed: epoch milliseconds; null before. */
async function stageAt(round: BenchProject, runId: string): Promise<number | null> {
  const { events } = await get<{
    events: { stage: string; kind: string; at: string; text: string }[];
  }>(round, `/jobs/${runId}/logs`);
  const end = events.find((event) => event.kind === "end");
  const commit = events.find((event) => event.stage === "commit");
  if (end && !commit) throw new Error(`The run ended without a commit: ${end.text}`);
  return commit ? Date.parse(commit.at) : null;
}

async function pullOf(round: BenchProject, runId: string): Promise<string | null> {
  const run = await get<{ status: string; pr_url: string | null; error: string | null }>(
    round,
    `/jobs/${runId}`,
  );
  if (run.error) throw new Error(`The run failed: ${run.error}`);
  return run.status === "succeeded" ? run.pr_url : null;
}
