import { createHmac, randomBytes } from "node:crypto";
import { parseArgs } from "node:util";
import { z } from "zod";
import {
  get,
  makeBenchProject,
  openInstallation,
  until,
  type BenchProject,
  type Installation,
} from "./installation";

const RATE_PER_SECOND = 50;
const LIMIT_P99_MS = 100;
const AT_ONCE = 16;
const PROCESSED_WITHIN_MS = 600_000;

const Options = z.object({
  seconds: z.coerce.number().int().min(1).max(600).default(20),
  reports: z.coerce.number().int().min(1).max(100_000).default(2_000),
  storm: z.coerce.number().int().min(1).max(100_000).default(10_000),
  use: z.string().optional(),
});

type Stats = { feedback_by_source: Record<string, number>; unclustered: number };

/**
 * Measures the ears with signed Sentry webhooks over HTTP: p50 and p99 of the answer at 50 requests a second; different
 * reports accepted per second and fully processed (in a cluster) per second; and what a storm of one crash writes. Throws when
 * p99 is above 100 ms, when an answer is not 202, or when a count is not exact.
 */
export async function benchIngest(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      seconds: { type: "string" },
      reports: { type: "string" },
      storm: { type: "string" },
      use: { type: "string" },
    },
  });
  const { seconds, reports, storm, use } = Options.parse(values);
  const installation = await openInstallation(use);
  try {
    const p99 = await steady(installation, seconds);
    await burst(installation, reports);
    await stormOf(installation, storm);
    if (p99 > LIMIT_P99_MS) throw new Error(`p99 is above ${LIMIT_P99_MS} ms.`);
  } finally {
    await installation.stop();
  }
}

async function steady(installation: Installation, seconds: number): Promise<number> {
  const project = await makeBenchProject(installation);
  const times: number[] = [];
  const sent: Promise<void>[] = [];
  let failure: unknown;
  const began = performance.now();
  for (let i = 0; i < seconds * RATE_PER_SECOND; i++) {
    const due = began + (i * 1000) / RATE_PER_SECOND;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
    sent.push(
      deliver(project, eventOf(`place-${i}`)).then(
        (ms) => void times.push(ms),
        // Thrown below, after all: a rejection that nobody awaits yet would end the process and leave the product running.
        (error: unknown) => void (failure ??= error),
      ),
    );
  }
  await Promise.all(sent);
  if (failure !== undefined) throw failure;
  times.sort((a, b) => a - b);
  const at = (share: number) =>
    times[Math.min(times.length - 1, Math.floor(times.length * share))]!;
  console.log(
    `answer at ${RATE_PER_SECOND} requests/s for ${seconds} s: p50 ${at(0.5).toFixed(1)} ms, ` +
      `p99 ${at(0.99).toFixed(1)} ms, max ${at(1).toFixed(1)} ms (limit of p99: ${LIMIT_P99_MS} ms)`,
  );
  return at(0.99);
}

async function burst(installation: Installation, reports: number): Promise<void> {
  const project = await makeBenchProject(installation);
  const began = performance.now();
  await deliverAll(project, reports, (i) => eventOf(`place-${i}`));
  const accepted = performance.now();
  await until(
    "all reports are in clusters",
    () => processed(project, reports),
    PROCESSED_WITHIN_MS,
  );
  const done = performance.now();
  const perSecond = (ms: number) => (reports / (ms / 1000)).toFixed(0);
  console.log(
    `${reports} different reports: accepted ${perSecond(accepted - began)} per second, ` +
      `fully processed ${perSecond(done - began)} per second`,
  );
}

async function stormOf(installation: Installation, events: number): Promise<void> {
  const project = await makeBenchProject(installation);
  const began = performance.now();
  await deliverAll(project, events, () => eventOf("one place"));
  const seconds = (performance.now() - began) / 1000;
  const counted = await until("the storm is counted", async () => {
    const { items } = await get<{ items: { occurrences: number }[] }>(
      project,
      "/feedback?limit=100",
    );
    const sum = items.reduce((all, one) => all + one.occurrences, 0);
    return sum >= events ? { rows: items.length, sum } : null;
  });
  console.log(
    `storm of ${events} events of one crash: ${(events / seconds).toFixed(0)} per second, counted ${counted.sum}, ` +
      `${((counted.rows * 1000) / events).toFixed(2)} reports (rows) written per 1,000 events`,
  );
  if (counted.sum !== events) throw new Error("The count is not exact.");
}

/** Sends `count` events, `AT_ONCE` at a time. */
async function deliverAll(
  project: BenchProject,
  count: number,
  event: (i: number) => object,
): Promise<void> {
  let next = 0;
  async function sendOn(): Promise<void> {
    while (next < count) await deliver(project, event(next++));
  }
  await Promise.all(Array.from({ length: AT_ONCE }, sendOn));
}

/** Delivers one event as Sentry does. Returns the milliseconds to the answer; throws when it is not 202. */
async function deliver(project: BenchProject, event: object): Promise<number> {
  const body = JSON.stringify({ action: "triggered", data: { event } });
  const signature = createHmac("sha256", project.secret).update(body).digest("hex");
  const began = performance.now();
  const response = await fetch(project.url, {
    method: "POST",
    body,
    headers: {
      "content-type": "application/json",
      // As a sender that keeps no connections; an idle one that both ends give up at once would be counted as a refusal.
      connection: "close",
      "sentry-hook-resource": "event_alert",
      "sentry-hook-signature": signature,
    },
  });
  const text = await response.text();
  if (response.status !== 202)
    throw new Error(`A delivery was answered ${response.status}: ${text}`);
  return performance.now() - began;
}

async function processed(project: BenchProject, reports: number): Promise<true | null> {
  const stats = await get<Stats>(project, "/stats");
  return stats.unclustered === 0 && stats.feedback_by_source["sentry"] === reports ? true : null;
}

function eventOf(place: string) {
  const value = `Cannot read properties of undefined (reading '${place}')`;
  const frames = [
    { filename: "src/app.js", function: "main", lineno: 3, in_app: true },
    { filename: `src/${place}.js`, function: `read_${place}`, lineno: 7, in_app: true },
  ];
  return {
    event_id: randomBytes(16).toString("hex"),
    platform: "javascript",
    timestamp: Date.now() / 1000,
    exception: { values: [{ type: "TypeError", value, stacktrace: { frames } }] },
  };
}
