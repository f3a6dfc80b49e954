import { readFile } from "node:fs/promises";
import path from "node:path";
import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { parseStackText } from "../../worker/domain/stack-text";
import { mapManual } from "../../worker/ingest/sources/manual/map";
import { mapSentry } from "../../worker/ingest/sources/sentry/map";
import { SAMPLE_CRASHES } from "./crashes";
import { DEFAULT_KEYWORDS } from "../../worker/domain/polling";
import { speaksOf } from "../../worker/ingest/sources/reddit/filter";
import {
  githubIssues,
  manualReports,
  REDDIT_REPORTS,
  redditThings,
  sentryDeliveries,
} from "./story";
import { STORY_CRASHES, type CrashBug, type StoryCrash } from "./story/bugs";

const SAMPLE = path.join(import.meta.dirname, "sample");
const NOW = Date.UTC(2026, 10, 5, 12);

function mapped(delivery: (typeof sentryDeliveries)[number]) {
  const headers = new Headers(
    delivery.resource ? { "sentry-hook-resource": delivery.resource } : {},
  );
  const body = new TextEncoder().encode(JSON.stringify(delivery.body(NOW)));
  const answer = mapSentry({ headers, body }, NOW);
  if (answer.kind !== "feedback") throw new Error(`${delivery.bug} was ${answer.kind}`);
  return answer.items;
}

describe("the story", () => {
  test.each(SAMPLE_CRASHES)("tells the real stack trace of $name", async ({ name, script }) => {
    const crash: StoryCrash = STORY_CRASHES[name as CrashBug];
    const { stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", script], {
      cwd: SAMPLE,
      encoding: "utf8",
    });
    const real = parseStackText(stderr);
    expect(real?.message).toBe(crash.message);
    for (const [index, frame] of crash.frames.entries()) {
      const { file, line, column, function: name } = real!.frames[index]!;
      expect(file).toBe(path.join(SAMPLE, frame.file));
      expect([line, column, name]).toEqual([frame.line, frame.column, frame.function]);
      const lines = (await readFile(path.join(SAMPLE, frame.file), "utf8")).split("\n");
      expect(lines[frame.line - 1]).toBe(frame.context);
    }
  });

  test("is some forty reports, of three sources", () => {
    expect(sentryDeliveries.length + githubIssues.length + manualReports.length).toBe(42);
    expect(sentryDeliveries.filter(({ resource }) => resource === null).length).toBeGreaterThan(1);
  });

  test.each(Object.keys(STORY_CRASHES) as CrashBug[])(
    "tells of %s by more than one source",
    (bug) => {
      const told = [sentryDeliveries, githubIssues, manualReports].map(
        (reports) => reports.filter((report) => report.bug === bug).length,
      );
      expect(told.filter((count) => count > 0).length).toBeGreaterThan(1);
    },
  );

  test("is the same each time, and moves with the clock", () => {
    const bodies = sentryDeliveries.map((delivery) => JSON.stringify(delivery.body(NOW)));
    expect(sentryDeliveries.map((delivery) => JSON.stringify(delivery.body(NOW)))).toEqual(bodies);
    for (const delivery of sentryDeliveries) {
      expect(mapped(delivery)[0]?.created_at).toBe(NOW - delivery.minutesAgo * 60_000);
    }
  });

  test("gives every Sentry delivery its own id, and its crash site first", () => {
    const items = sentryDeliveries.flatMap(mapped);
    expect(new Set(items.map((item) => item.external_id)).size).toBe(sentryDeliveries.length);
    for (const delivery of sentryDeliveries.filter(({ resource }) => resource !== "issue")) {
      const [top] = mapped(delivery)[0]!.metadata.crash!.frames;
      const site = (STORY_CRASHES[delivery.bug as CrashBug] as StoryCrash).frames[0]!;
      expect(top).toMatchObject({ file: `app:///${site.file}`, line: site.line, in_app: true });
    }
  });

  test("pastes stack traces into issues that are read as crashes", () => {
    const pasted = githubIssues.filter(({ body }) => body.includes("    at "));
    expect(pasted.length).toBe(5);
    for (const { body, bug } of pasted) {
      const site = (STORY_CRASHES[bug as CrashBug] as StoryCrash).frames[0]!;
      expect(parseStackText(body)?.frames[0]).toMatchObject({
        file: `/srv/orders/${site.file}`,
        line: site.line,
      });
    }
  });

  test("has posts and comments on Reddit, of which the default keywords take most", () => {
    const taken = redditThings.filter((thing) =>
      speaksOf(DEFAULT_KEYWORDS, `${thing.title ?? ""}\n${thing.body ?? ""}`),
    );
    expect(taken).toHaveLength(REDDIT_REPORTS);
    expect(new Set(taken.map(({ name }) => name.slice(0, 2)))).toEqual(new Set(["t1", "t3"]));
  });

  test("has reports of people that are all taken, the hostile ones too", async () => {
    const { items, refused } = await mapManual(manualReports, NOW);
    expect(refused).toEqual([]);
    expect(items).toHaveLength(manualReports.length);
    expect(items.map(({ item }) => item.title)).toContain("$(touch pwned)");
    expect(Math.max(...manualReports.map(({ body }) => body.length))).toBeGreaterThan(10_000);
  });
});
