import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseEnvelope, readDsn } from "../../../../../worker/ingest/sources/sentry/envelope";
import { mapEnvelope } from "../../../../../worker/ingest/sources/sentry/sdk";
import { bareItem, envelope, item } from "../../../../builders/envelope";

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (payload: Uint8Array) => new TextDecoder().decode(payload);
const NOW = Date.UTC(2026, 5, 1);

describe("an envelope", () => {
  it("is a header and items, with and without length, ended or not", () => {
    for (const end of ["", "\n", "\n\n", "\r\n"]) {
      const raw = bytes(
        `{"event_id":"a"}\n{"type":"attachment","length":6}\na\nb\nc\n\n{"type":"event"}\n{"x":1}${end}`,
      );
      const { headers, items } = parseEnvelope(raw);
      expect(headers).toEqual({ event_id: "a" });
      expect(items.map((one) => [one.type, text(one.payload).trimEnd()])).toEqual([
        ["attachment", "a\nb\nc"],
        ["event", '{"x":1}'],
      ]);
    }
  });

  it("may be empty, and an item may be", () => {
    expect(parseEnvelope(bytes("{}"))).toEqual({ headers: {}, items: [] });
    const { items } = parseEnvelope(bytes('{}\n{"type":"session","length":0}\n\n{"type":"x"}\n'));
    expect(items.map((one) => [one.type, one.payload.length])).toEqual([
      ["session", 0],
      ["x", 0],
    ]);
  });

  it.each([
    ["", "header"],
    ["{", "header"],
    ["[]\n", "header"],
    ["{}\nno json\n", "items.0"],
    ['{}\n{"length":2}\n{}', "items.0.type"],
    ['{}\n{"type":"event","length":9}\n{}', "items.0"],
    ['{}\n{"type":"event","length":1}\n{}', "items.0"],
    ['{}\n{"type":"event","length":-1}\n{}', "items.0.length"],
    ['{}\n{"type":"event","length":"2"}\n{}', "items.0.length"],
    [`{}\n${'{"type":"x"}\n{}\n'.repeat(1_001)}`, "items"],
    [`{"a":"${"x".repeat(70_000)}"}`, "header"],
  ])("that is %j is refused with its place", (raw, path) => {
    expect(() => parseEnvelope(bytes(raw))).toThrow(
      expect.objectContaining({
        code: "malformed_body",
        extra: { faults: [expect.objectContaining({ path })] },
      }),
    );
  });

  it("gives back what was put in, whatever the payloads are", () => {
    const sized = fc.record({
      type: fc.constantFrom("event", "session", "attachment", "log"),
      payload: fc.uint8Array({ maxLength: 60 }),
    });
    fc.assert(
      fc.property(fc.array(sized, { maxLength: 6 }), (wanted) => {
        const items = wanted.map(({ type, payload }) => ({
          headers: { type, length: payload.length },
          payload,
        }));
        const parsed = parseEnvelope(envelope({ dsn: "x" }, ...items));
        expect(parsed.items.map((one) => [one.type, [...one.payload]])).toEqual(
          wanted.map((one) => [one.type, [...one.payload]]),
        );
      }),
    );
  });
});

describe("what is kept of it", () => {
  it("takes an event's id from the header when the event has none", () => {
    const id = "ab".repeat(16);
    const raw = envelope({ event_id: id }, item("event", { message: "Slow" }));
    expect(mapEnvelope(parseEnvelope(raw), NOW)).toMatchObject([
      { external_id: id, title: "Slow" },
    ]);
  });

  it("reads both forms of what people wrote", () => {
    const id = "ab".repeat(16);
    const said = { message: "No total", name: "Ann", associated_event_id: id };
    const raw = envelope(
      {},
      bareItem("feedback", { event_id: "cd".repeat(16), contexts: { feedback: said } }),
      bareItem("user_report", { event_id: id, name: "Bob", comments: "Nor here" }),
      bareItem("user_report", { event_id: id, name: "Bob", comments: "" }),
    );
    expect(mapEnvelope(parseEnvelope(raw), NOW)).toMatchObject([
      {
        external_id: "cd".repeat(16),
        title: "No total",
        metadata: { author: "Ann", user_feedback: { about: id }, via: "dsn" },
      },
      {
        external_id: `user_report:${id}`,
        title: "Nor here",
        metadata: { author: "Bob", user_feedback: { about: id }, via: "dsn" },
      },
    ]);
  });

  it.each([
    [bareItem("event", []), "items.0"],
    [{ headers: { type: "event" }, payload: "{" }, "items.0"],
    [bareItem("user_report", { comments: "x" }), "items.0.event_id"],
  ])("refuses a wrong item with its place", (wrong, path) => {
    expect(() => mapEnvelope(parseEnvelope(envelope({}, wrong)), NOW)).toThrow(
      expect.objectContaining({
        code: "malformed_body",
        extra: { faults: [expect.objectContaining({ path })] },
      }),
    );
  });
});

describe("a DSN", () => {
  it.each([
    ["https://abc@o1.ingest.example/42", { key: "abc", projectNumber: 42 }],
    ["http://abc:secret@127.0.0.1:8787/prefix/7", { key: "abc", projectNumber: 7 }],
    ["https://host.example/42", null],
    ["https://abc@host.example/", null],
    ["abc", null],
    [null, null],
    [{}, null],
  ])("(%j) is read as %j", (dsn, expected) => {
    expect(readDsn(dsn)).toEqual(expected);
  });
});
