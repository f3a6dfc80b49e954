import examples from "@octokit/webhooks-examples";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { DomainError } from "../../../../worker/domain/errors";
import {
  BODY_LIMIT,
  FeedbackMetadata,
  SOURCE_KINDS,
  TITLE_LIMIT,
  type NewFeedback,
  type SourceKind,
} from "../../../../worker/domain/feedback";
import { scrubFeedback } from "../../../../worker/domain/scrub";
import { mapGithub, mapPullRequest } from "../../../../worker/ingest/sources/github/map";
import { mapManual } from "../../../../worker/ingest/sources/manual/map";
import { mapReddit } from "../../../../worker/ingest/sources/reddit/map";
import { mapSentry } from "../../../../worker/ingest/sources/sentry/map";
import { delivery, githubHook, sentryHook } from "../../../builders/deliveries";
import { mutated } from "../../../builders/mutated";
import { redditComment, redditListing, redditPost } from "../../../builders/reddit";
import { BARE_EVENTS, eventAlert, issueHook, legacyHook } from "../../../builders/sentry";

const NOW = Date.UTC(2026, 5, 1);

/** A report as every source must hand it over. */
const Report = z.strictObject({
  source: z.enum(SOURCE_KINDS),
  external_id: z.string().min(1).max(600),
  link: z.string().min(1).max(100).optional(),
  title: z.string().min(1).max(TITLE_LIMIT),
  body: z.string().max(BODY_LIMIT),
  raw_text: z.string().min(1).max(BODY_LIMIT),
  metadata: FeedbackMetadata,
  created_at: z
    .number()
    .int()
    .min(Date.UTC(2000, 0, 1))
    .max(NOW + 300_000),
  state: z.enum(["open", "closed"]).optional(),
});

type Try = {
  source: SourceKind;
  map: (payload: unknown) => NewFeedback[] | Promise<NewFeedback[]>;
  payloads: unknown[];
};

const githubIssues = (examples as { name: string; examples: unknown[] }[]).find(
  (each) => each.name === "issues",
)!.examples;

const TRIES: Record<string, Try> = {
  "sentry webhooks": {
    source: "sentry",
    map: (payload) => reports(mapSentry(sentryHook("event_alert", payload), NOW)),
    payloads: Object.values(BARE_EVENTS).map((event) => eventAlert(event)),
  },
  "sentry issues": {
    source: "sentry",
    map: (payload) => reports(mapSentry(sentryHook("issue", payload), NOW)),
    payloads: [issueHook("created"), issueHook("resolved"), issueHook("archived")],
  },
  "sentry bare and older": {
    source: "sentry",
    map: (payload) => reports(mapSentry(delivery(payload), NOW)),
    payloads: [legacyHook(), ...Object.values(BARE_EVENTS)],
  },
  github: {
    source: "github",
    map: (payload) => {
      mapPullRequest(githubHook("pull_request", payload));
      return reports(mapGithub(githubHook("issues", payload), NOW));
    },
    payloads: githubIssues,
  },
  reddit: {
    source: "reddit",
    map: (payload) => mapReddit(payload, NOW).items.map(({ item }) => item),
    payloads: [
      redditPost(),
      redditComment(),
      redditListing({ kind: "t3", data: redditPost() }, { kind: "t1", data: redditComment() }),
    ],
  },
  manual: {
    source: "manual",
    map: async (payload) => (await mapManual(payload, NOW)).items.map(({ item }) => item),
    payloads: [
      { body: "b" },
      { title: "t", metadata: { a: 1 } },
      { items: [{ body: "x" }, { body: "y" }] },
    ],
  },
};

function reports(mapped: ReturnType<typeof mapSentry>): NewFeedback[] {
  return mapped.kind === "feedback" ? mapped.items : [];
}

describe.each(Object.entries(TRIES))("%s", (_name, { source, map, payloads }) => {
  it("map to the one shape of a report, which survives JSON and scrubbing", async () => {
    let count = 0;
    for (const payload of payloads) {
      for (const report of await map(payload)) {
        count += 1;
        expect(Report.parse(report)).toEqual(report);
        expect(report.source).toBe(source);
        expect(JSON.parse(JSON.stringify(report))).toEqual(report);
        const scrubbed = scrubFeedback(report);
        expect(Report.parse(scrubbed)).toEqual(scrubbed);
        expect(scrubbed.metadata.crash?.frames).toEqual(report.metadata.crash?.frames);
        expect(scrubFeedback(scrubbed)).toEqual(scrubbed);
      }
    }
    expect(count).toBeGreaterThan(0);
  });

  it("map the same payload to the same report each time", async () => {
    for (const payload of payloads) expect(await map(payload)).toEqual(await map(payload));
  });

  it("throw nothing but a coded error, in bounded time, whatever is done to a payload", async () => {
    const slow: number[] = [];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...payloads).chain(mutated), async (payload) => {
        slow.push(await timed(map, payload));
      }),
      { numRuns: 250 },
    );
    expectFast(slow);
  });

  it("throw nothing but a coded error for any JSON", async () => {
    const slow: number[] = [];
    await fc.assert(
      fc.asyncProperty(fc.jsonValue({ maxDepth: 6 }), async (payload) => {
        slow.push(await timed(map, payload));
      }),
      { numRuns: 250 },
    );
    expectFast(slow);
  });
});

describe("bytes that are no JSON", () => {
  it("are refused by a coded error", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (body) => {
        for (const map of [mapSentry, mapGithub]) {
          try {
            map({ headers: new Headers({ "x-github-event": "issues" }), body }, NOW);
          } catch (error) {
            expect(error).toBeInstanceOf(DomainError);
          }
        }
      }),
    );
  });
});

describe("huge and deep documents", () => {
  const deep = `{"event_id":"x","extra":${"[".repeat(50_000)}${"]".repeat(50_000)}}`;
  const wide = JSON.stringify({
    message: "m",
    extra: Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`k${i}`, i])),
    tags: Array.from({ length: 20_000 }, (_, i) => [`t${i}`, "v"]),
    exception: {
      values: Array.from({ length: 5_000 }, () => ({ type: "E", value: "v".repeat(20) })),
    },
  });

  it.each([
    ["deep", deep],
    ["wide", wide],
  ])("(%s) are mapped within bounds", (_name, text) => {
    const start = performance.now();
    const [report] = reports(mapSentry(delivery(text), NOW));
    expect(performance.now() - start).toBeLessThan(1_000);
    expect(JSON.stringify(Report.parse(report)).length).toBeLessThan(400_000);
  });
});

/** Maps, lets coded errors pass, and answers the milliseconds it took. */
async function timed(map: Try["map"], payload: unknown): Promise<number> {
  const start = performance.now();
  try {
    for (const report of await map(payload)) Report.parse(scrubFeedback(report));
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    expect(error.extra.faults?.[0]?.message).toBeTruthy();
  }
  return performance.now() - start;
}

/** Two milliseconds on a quiet machine; what grows out of proportion takes seconds. Other work may hold up a few. */
function expectFast(times: number[]): void {
  const sorted = times.toSorted((a, b) => a - b);
  expect(sorted[Math.floor(sorted.length * 0.9)]).toBeLessThan(500);
}
