import { describe, expect, it } from "vitest";
import { mapManual } from "../../../../../worker/ingest/sources/manual/map";

const NOW = Date.UTC(2026, 5, 1);

async function single(posted: unknown) {
  const batch = await mapManual(posted, NOW);
  return batch.items[0]!.item;
}

describe("one item", () => {
  it("keeps what was given, and unknown fields in its metadata", async () => {
    expect(
      await single({
        title: "Pay button dead",
        body: "Nothing happens.\r\nReally.",
        external_id: "ticket-7",
        created_at: "2026-03-01T10:00:00Z",
        url: "https://help.example/7",
        author: "bob",
        priority: 3,
        metadata: { plan: "pro", environment: "production" },
      }),
    ).toEqual({
      source: "manual",
      external_id: "ticket-7",
      title: "Pay button dead",
      body: "Nothing happens.\nReally.",
      raw_text: "Pay button dead\n\nNothing happens.\nReally.",
      metadata: {
        url: "https://help.example/7",
        author: "bob",
        priority: 3,
        plan: "pro",
        environment: "production",
      },
      created_at: Date.UTC(2026, 2, 1, 10),
    });
  });

  it("without an id is named by its text: the same text is the same item", async () => {
    const first = await single({ body: "It broke" });
    expect(first.external_id).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect((await single({ body: " It broke\n" })).external_id).toBe(first.external_id);
    expect((await single({ title: "It", body: "broke" })).external_id).not.toBe(first.external_id);
  });

  it("without a title takes the body's first line, up to 80 characters", async () => {
    expect((await single({ body: "\n\nFirst line\nSecond" })).title).toBe("First line");
    expect((await single({ body: "x".repeat(200) })).title).toHaveLength(80);
  });

  it("has a crash when a stack trace was pasted, unless it was given", async () => {
    const body = "TypeError: x is undefined\n    at f (/app/a.js:3:1)";
    expect((await single({ body })).metadata.crash?.type).toBe("TypeError");
    const crash = { type: "Own", message: null, frames: [] };
    expect((await single({ body, metadata: { crash } })).metadata.crash).toEqual(crash);
  });

  it("loses metadata that has a wrong type, links that are none, and prototype keys", async () => {
    const posted = JSON.parse(
      '{"body": "b", "url": "javascript:1", "metadata": {"crash": "x", "fingerprint": 3, "url": 4, "ok": 1, "__proto__": {"y": 1}}}',
    ) as unknown;
    expect((await single(posted)).metadata).toEqual({ ok: 1 });
  });

  it("tolerates numbers where texts are expected", async () => {
    const item = await single({ title: 404, body: 1, external_id: 17, created_at: 1772359200 });
    expect(item).toMatchObject({
      title: "404",
      body: "1",
      external_id: "17",
      created_at: 1772359200000,
    });
  });

  it("cuts text beyond the limit, with a mark", async () => {
    const item = await single({ body: "ab ".repeat(60_000) });
    expect(item.body).toHaveLength(65_536);
    expect(item.body).toMatch(/\[…cut\]$/);
  });

  it.each([
    [{}, "body"],
    [{ body: " \u0000 " }, "body"],
    [{ body: {} }, "body"],
    [{ body: "x", external_id: "" }, "external_id"],
    [{ body: "x", metadata: [] }, "metadata"],
    ["text", ""],
    [null, ""],
  ])("%j is refused with the path of its fault", async (posted, path) => {
    await expect(mapManual(posted, NOW)).rejects.toMatchObject({
      code: "malformed_body",
      extra: { faults: [{ path }] },
    });
  });
});

describe("a batch", () => {
  it.each([[(items: unknown[]) => items], [(items: unknown[]) => ({ items })]])(
    "is mapped item by item, and a refused one stops no other",
    async (wrap) => {
      const batch = await mapManual(wrap([{ body: "a" }, { title: {} }, { body: "c" }]), NOW);
      expect(batch.items.map(({ index, item }) => [index, item.body])).toEqual([
        [0, "a"],
        [2, "c"],
      ]);
      expect(batch.refused.map(({ index, faults }) => [index, faults[0]?.path])).toEqual([
        [1, "title"],
      ]);
    },
  );

  it("takes 1,000 items and no more, and not none", async () => {
    const items = Array.from({ length: 1_001 }, (_, i) => ({ body: `b${i}` }));
    expect((await mapManual(items.slice(1), NOW)).items).toHaveLength(1_000);
    for (const posted of [items, { items }, [], { items: [] }, { items: "x" }]) {
      await expect(mapManual(posted, NOW)).rejects.toMatchObject({ code: "malformed_body" });
    }
  });
});
