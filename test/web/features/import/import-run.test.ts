import { describe, expect, it } from "vitest";
import { batchesOf, type Batch } from "../../../../web/app/features/import/batches";
import { UnreadableFile } from "../../../../web/app/features/import/decode";
import { startImport, type ImportState } from "../../../../web/app/features/import/import-run";
import {
  assignRole,
  guessMapping,
  isUsable,
  toItem,
} from "../../../../web/app/features/import/mapping";
import { refusedCsv } from "../../../../web/app/features/import/refused-csv";
import type { Row } from "../../../../web/app/features/import/row";
import { waitOf, type Sent } from "../../../../web/app/features/import/send-batch";

const MAPPING = { title: "title" } as const;

async function* rowsOf(count: number, text = "t"): AsyncGenerator<Row> {
  for (let line = 1; line <= count; line++) {
    yield { line, bytesRead: line * 10, cells: { title: `${text}${line}` } };
  }
}

async function sizes(batches: AsyncIterable<Batch>) {
  const list: number[] = [];
  for await (const batch of batches) list.push(batch.items.length);
  return list;
}

const created = (batch: Batch): Sent => ({
  ok: true,
  results: batch.items.map(() => ({ status: "created", reason: null })),
});

function failed(status: number, again: boolean, retryAfterMs: number | null = null): Sent {
  const problem = {
    status,
    code: "x",
    title: `T${status}`,
    detail: "d",
    requestId: null,
    errors: [],
  };
  return { ok: false, problem, again, retryAfterMs };
}

/** Runs with a script of answers (then all is created), a clock that stands, and a record of all waits and states. */
function play(batches: AsyncIterable<Batch>, script: Sent[] = []) {
  const waits: number[] = [];
  const states: ImportState[] = [];
  const sent: number[] = [];
  const run = startImport({
    batches,
    send: async (batch, number) => {
      sent.push(number);
      return script.shift() ?? created(batch);
    },
    wait: async (ms) => void waits.push(ms),
    now: () => 1_000,
    changed: (state) => void states.push(state),
  });
  const until = async (look: (state: ImportState) => boolean) => {
    while (!states.some(look)) await new Promise((resolve) => setTimeout(resolve, 1));
  };
  return { run, waits, states, sent, until };
}

describe("columns", () => {
  it("are guessed from the names that exports use", () => {
    const columns = ["ID", "Subject", "Message", "Created At", "Plan", "Name"];
    expect(guessMapping(columns)).toEqual({
      ID: "external_id",
      Subject: "title",
      Message: "body",
      "Created At": "created_at",
      Plan: "metadata",
      Name: "metadata",
    });
  });

  it("give a role up when another column takes it", () => {
    const mapping = assignRole({ a: "title", b: "none" }, "b", "title");
    expect(mapping).toEqual({ a: "metadata", b: "title" });
    expect(isUsable(mapping)).toBe(true);
    expect(isUsable({ a: "metadata", b: "external_id" })).toBe(false);
  });

  it("make an item; what is empty is left out, and what nobody mapped is further detail", () => {
    const mapping = { t: "title", n: "external_id", m: "metadata", x: "none" } as const;
    const cells = { t: "=cmd()", n: " ", m: "<script>", x: "gone", extra: 7, toString: "kept" };
    expect(toItem(cells, mapping)).toEqual({
      title: "=cmd()",
      metadata: { m: "<script>", extra: 7, toString: "kept" },
    });
    const nested = { t: "a", metadata: { author: "Ann" }, plan: "pro" };
    expect(toItem(nested, { t: "title" })).toEqual({
      title: "a",
      metadata: { author: "Ann", plan: "pro" },
    });
  });
});

describe("batches", () => {
  it("have at most 500 items", async () => {
    expect(await sizes(batchesOf(rowsOf(1_201), MAPPING))).toEqual([500, 500, 201]);
  });

  it("stay below two million characters", async () => {
    expect(await sizes(batchesOf(rowsOf(5, "x".repeat(900_000)), MAPPING))).toEqual([2, 2, 1]);
  });
});

describe("an import", () => {
  it("counts each line once: created, there already, or refused in the order of the file", async () => {
    async function* rows(): AsyncGenerator<Row> {
      yield* rowsOf(2);
      yield { line: 3, bytesRead: 30, fault: "open quote", text: 'x,"' };
      yield { line: 4, bytesRead: 40, cells: { title: "last" } };
    }
    const results = [
      { status: "created", reason: null },
      { status: "refused", reason: "body: must have text" },
      { status: "duplicate", reason: null },
    ] as const;
    const { run, states } = play(batchesOf(rows(), MAPPING), [{ ok: true, results: [...results] }]);
    const end = await run.ended;
    expect(end).toMatchObject({ phase: "done", created: 1, duplicate: 1, refusedCount: 2 });
    expect(end.bytesRead).toBe(40);
    expect(end.refused).toEqual([
      { line: 2, text: "t2", reason: "body: must have text" },
      { line: 3, text: 'x,"', reason: "open quote" },
    ]);
    expect(states.at(-1)).toBe(end);
  });

  it("waits as long as the server asks, then sends the same batch again", async () => {
    const script = [failed(429, true, 7_000), failed(503, true), failed(0, true)];
    const { run, waits, sent, states } = play(batchesOf(rowsOf(3), MAPPING), script);
    expect(await run.ended).toMatchObject({ phase: "done", created: 3, problem: null });
    expect(waits).toEqual([7_000, 2_000, 4_000]);
    expect(sent).toEqual([0, 0, 0, 0]);
    expect(states[0]).toMatchObject({ waitingUntil: 8_000, problem: { title: "T429" } });
  });

  it("pauses for what does not pass, and goes on with the same batch when told", async () => {
    const { run, sent, until } = play(batchesOf(rowsOf(501), MAPPING), [failed(403, false)]);
    await until(({ phase }) => phase === "paused");
    run.resume();
    expect(await run.ended).toMatchObject({ phase: "done", created: 501, problem: null });
    expect(sent).toEqual([0, 0, 1]);
  });

  it("pauses after six tries in vain, and loses nothing", async () => {
    const script = Array.from({ length: 6 }, () => failed(503, true));
    const { run, waits, until } = play(batchesOf(rowsOf(1), MAPPING), script);
    await until(({ phase }) => phase === "paused");
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000]);
    run.resume();
    expect(await run.ended).toMatchObject({ phase: "done", created: 1 });
  });

  it("stops between batches while it is paused, and ends when it is cancelled", async () => {
    const { run, sent, states, until } = play(batchesOf(rowsOf(2_000), MAPPING));
    await until(({ created }) => created === 500);
    run.pause();
    await new Promise((resolve) => setTimeout(resolve, 20));
    const before = sent.length;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(sent).toHaveLength(before);
    if (states.at(-1)!.phase === "paused") run.cancel();
    expect((await run.ended).phase).toMatch(/cancelled|done/);
  });

  it("can be cancelled while it is paused: what was sent stays counted", async () => {
    const script = [
      { ok: true as const, results: Array.from({ length: 500 }, () => CREATED) },
      failed(403, false),
    ];
    const { run, until } = play(batchesOf(rowsOf(1_500), MAPPING), script);
    await until(({ phase }) => phase === "paused");
    run.cancel();
    expect(await run.ended).toMatchObject({ phase: "cancelled", created: 500 });
  });

  it("says so when the rest of the file cannot be read", async () => {
    async function* rows(): AsyncGenerator<Row> {
      yield* rowsOf(500);
      throw new UnreadableFile("Was it moved?");
    }
    const end = await play(batchesOf(rows(), MAPPING)).run.ended;
    expect(end).toMatchObject({ phase: "broken", created: 500, broken: "Was it moved?" });
  });
});

const CREATED = { status: "created" as const, reason: null };

describe("Retry-After", () => {
  it("is seconds or a date, and never more than five minutes", () => {
    const now = Date.parse("2026-11-21T12:00:00Z");
    expect(waitOf("7", now)).toBe(7_000);
    expect(waitOf("Sat, 21 Nov 2026 12:00:09 GMT", now)).toBe(9_000);
    expect(waitOf("99999999", now)).toBe(300_000);
    expect(waitOf("Sat, 21 Nov 2026 11:00:00 GMT", now)).toBe(0);
    expect(waitOf("soon", now)).toBeNull();
    expect(waitOf(null, now)).toBeNull();
  });
});

describe("the download of refused lines", () => {
  it("has no cell that a spreadsheet takes for a formula", () => {
    const texts = ["=cmd()", "+1", "-1", "@x", "\t=1", " =1", "=1\n=2", "＝1", "plain", 'a"b,c'];
    const csv = refusedCsv(texts.map((text, at) => ({ line: at + 2, reason: "no", text })));
    expect(csv.startsWith("\uFEFFline,reason,text\r\n")).toBe(true);
    expect(csv).not.toMatch(/,"?\s*[=+\-@＝]/);
    expect(csv).toContain(`2,no,"'=cmd()"`);
    expect(csv).toContain("10,no,plain");
    expect(csv).toContain('11,no,"a""b,c"');
  });
});
