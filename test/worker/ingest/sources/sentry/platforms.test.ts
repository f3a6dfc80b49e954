import { describe, expect, it } from "vitest";
import { frameText } from "../../../../../worker/domain/frame-text";
import { scrubFeedback } from "../../../../../worker/domain/scrub";
import { mapSentry } from "../../../../../worker/ingest/sources/sentry/map";
import { mapEnvelope, mapStore } from "../../../../../worker/ingest/sources/sentry/sdk";
import { parseEnvelope } from "../../../../../worker/ingest/sources/sentry/envelope";
import { delivery, sentryHook } from "../../../../builders/deliveries";
import { bareItem, envelope, item } from "../../../../builders/envelope";
import { SDK_EVENTS } from "../../../../builders/sdk-events";

const NOW = Date.UTC(2026, 5, 1);

describe.each(Object.entries(SDK_EVENTS))("%s", (_name, { event, said }) => {
  const [report] = mapEnvelope(parseEnvelope(envelope({}, bareItem("event", event))), NOW);

  it("tells the error and its own frames, from the crash on", () => {
    expect(report?.title).toBe(said.title);
    const own = report!.metadata.crash?.frames.filter((frame) => frame.in_app) ?? [];
    expect(own.map(frameText)).toEqual(said.frames);
    expect(report!.body.split("\n").slice(1, 4)).toEqual(
      expect.arrayContaining(said.frames.slice(0, 3)),
    );
    if (said.culprit) expect(report!.metadata.culprit).toBe(said.culprit);
    expect(report!.metadata).toMatchObject({ via: "dsn", ...said.metadata });
    expect(report!.external_id).toBe(event["event_id"]);
    expect([1772359200_000, 1772359200_500]).toContain(report!.created_at);
  });

  it("is the same report in an envelope, at the older address, and (but for the way) as a webhook", () => {
    const text = JSON.stringify(event);
    const sized = envelope({ event_id: "0".repeat(32) }, item("event", event));
    expect(mapEnvelope(parseEnvelope(sized), NOW)).toEqual([report]);
    expect(mapStore(new TextEncoder().encode(text), NOW)).toEqual([report]);
    const { via: _, ...metadata } = report!.metadata;
    expect(mapSentry(delivery(text), NOW)).toEqual({
      kind: "feedback",
      items: [{ ...report, metadata }],
    });
    const hook = sentryHook("event_alert", { action: "triggered", data: { event } });
    expect(mapSentry(hook, NOW)).toEqual({ kind: "feedback", items: [{ ...report, metadata }] });
  });

  it("loses what is personal before it is stored, and no frame, type or file", () => {
    const safe = scrubFeedback(report!);
    const stored = JSON.stringify(safe);
    for (const secret of [
      "ann@customer.example",
      "bob@example.com",
      "203.0.113.9",
      "10.1.2.3",
      "0123456789abcdef0123",
      "abcdef1234567890",
      "s3cr3t-session",
      "4111 1111 1111 1111",
      "hunter2",
    ]) {
      expect(stored, secret).not.toContain(secret);
    }
    expect(safe.metadata.crash?.frames).toEqual(report!.metadata.crash?.frames);
    expect(safe.metadata.crash?.type).toBe(report!.metadata.crash?.type);
    expect(safe.metadata.culprit).toBe(report!.metadata.culprit);
  });
});
