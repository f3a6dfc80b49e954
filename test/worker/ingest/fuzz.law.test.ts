import { DEFAULT_SCRUB_RULES } from "../../../worker/domain/scrub-rules";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DomainError } from "../../../worker/domain/errors";
import { BODY_LIMIT, TITLE_LIMIT, type NewFeedback } from "../../../worker/domain/feedback";
import { prepare } from "../../../worker/ingest/accept";
import { mapMail } from "../../../worker/ingest/sources/email/map";
import { parseEnvelope } from "../../../worker/ingest/sources/sentry/envelope";
import { mapSentry } from "../../../worker/ingest/sources/sentry/map";
import { mapEnvelope, mapStore } from "../../../worker/ingest/sources/sentry/sdk";
import { decompress } from "../../../worker/kit/decompress";
import { delivery, sentryHook } from "../../builders/deliveries";
import { bareItem, envelope } from "../../builders/envelope";
import { mutated, mutatedBytes } from "../../builders/mutated";
import { ENVELOPES, EVENTS, HOOKS, MAILS, PACKED, STORED } from "../../builders/recorded";

/** Short each day; `npm run test:deep` looks for hours' worth of luck. */
const RUNS = process.env["SOULCASTER_DEEP"] ? 20_000 : 120;
const NOW = Date.UTC(2026, 5, 1);

const encoder = new TextEncoder();
const CODES = ["malformed_body", "body_too_large"];

/** Maps, and looks at what would be stored. Only a coded error of the sender's may come out. */
async function expectHarmless(map: () => NewFeedback[] | Promise<NewFeedback[]>): Promise<void> {
  let reports: NewFeedback[];
  try {
    reports = await map();
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    expect(CODES).toContain(error.code);
    return;
  }
  for (const report of reports) {
    const row = prepare(report, null, DEFAULT_SCRUB_RULES);
    expect(row.external_id.length).toBeGreaterThan(0);
    expect(row.title.length).toBeGreaterThan(0);
    expect(row.title.length).toBeLessThanOrEqual(TITLE_LIMIT);
    expect(row.body.length).toBeLessThanOrEqual(BODY_LIMIT);
    expect(Number.isSafeInteger(row.created_at)).toBe(true);
    expect(JSON.stringify(row.metadata).length).toBeLessThan(1_500_000);
  }
}

function reportsOf(mapped: ReturnType<typeof mapSentry>): NewFeedback[] {
  return mapped.kind === "feedback" ? mapped.items : [];
}

function law<T>(
  arbitrary: fc.Arbitrary<T>,
  map: (value: T) => NewFeedback[] | Promise<NewFeedback[]>,
) {
  return fc.assert(
    fc.asyncProperty(arbitrary, (value) => expectHarmless(() => map(value))),
    { numRuns: RUNS },
  );
}

/** Deep runs take minutes. */
const LIMIT_MS = 900_000;

describe("whatever is done to what comes, only a coded error may come out", () => {
  it("of a webhook's document", { timeout: LIMIT_MS }, async () => {
    const hook = fc
      .constantFrom(...HOOKS)
      .chain(([resource, body]) => fc.tuple(fc.constant(resource), mutated(body)));
    await law(hook, ([resource, body]) =>
      reportsOf(mapSentry(resource ? sentryHook(resource, body) : delivery(body), NOW)),
    );
  });

  it("of a webhook's bytes", { timeout: LIMIT_MS }, async () => {
    const hook = fc
      .constantFrom(...HOOKS)
      .chain(([resource, body]) =>
        fc.tuple(fc.constant(resource), mutatedBytes(encoder.encode(JSON.stringify(body)))),
      );
    await law(hook, ([resource, body]) =>
      reportsOf(mapSentry({ ...sentryHook(resource, ""), body }, NOW)),
    );
  });

  it("of an SDK's event", { timeout: LIMIT_MS }, async () => {
    await law(fc.constantFrom(...EVENTS).chain(mutated), (event) =>
      mapEnvelope(parseEnvelope(envelope({}, bareItem("event", event))), NOW),
    );
  });

  it("of an envelope's bytes", { timeout: LIMIT_MS }, async () => {
    const any = fc.oneof(
      fc.constantFrom(...ENVELOPES).chain(mutatedBytes),
      fc.uint8Array({ maxLength: 300 }),
    );
    await law(any, (bytes) => mapEnvelope(parseEnvelope(bytes), NOW));
  });

  it("of packed bytes", { timeout: LIMIT_MS }, async () => {
    await law(fc.constantFrom(...PACKED).chain(mutatedBytes), (bytes) => {
      const unpacked = decompress(bytes, "gzip", 1_000_000);
      return unpacked.ok ? mapEnvelope(parseEnvelope(unpacked.bytes), NOW) : [];
    });
  });

  it("of a bare event's bytes", { timeout: LIMIT_MS }, async () => {
    const any = fc.oneof(
      fc.constantFrom(...STORED).chain(mutatedBytes),
      fc.uint8Array({ maxLength: 300 }),
    );
    await law(any, (bytes) => mapStore(bytes, NOW));
  });

  it("of a mail's bytes", { timeout: LIMIT_MS }, async () => {
    const any = fc.oneof(
      fc.constantFrom(...MAILS).chain(mutatedBytes),
      fc.uint8Array({ maxLength: 300 }),
    );
    await law(any, async (raw) => {
      const mapped = await mapMail({ returnPath: "a@b.example", raw }, NOW);
      return mapped.kind === "report" ? [mapped.item] : [];
    });
  });
});
