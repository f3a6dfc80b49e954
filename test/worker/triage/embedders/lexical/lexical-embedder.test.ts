import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EMBEDDING_DIMENSIONS } from "../../../../../worker/domain/grouping";
import {
  createLexicalEmbedder,
  embedLexically,
} from "../../../../../worker/triage/embedders/lexical/lexical-embedder";
import { emptyIdfTable } from "../../../../../worker/triage/embedders/lexical/idf";
import { dot } from "../../../../../worker/triage/vectors/dot";
import { likeness, report, seasonedTable } from "../../reports";

describe("the lexical embedder", () => {
  test("gives one vector of unit length per report, in their order", async () => {
    const embedder = createLexicalEmbedder(emptyIdfTable());
    const embeddings = await embedder.embed([
      report({ id: "a", title: "Checkout fails" }),
      report({ id: "b", title: "" }),
      report({ id: "c", body: "The cart is empty after login" }),
    ]);
    expect(embeddings.map(({ id }) => id)).toEqual(["a", "b", "c"]);
    expect(embeddings[1]!.vector).toBeNull();
    for (const { vector } of [embeddings[0]!, embeddings[2]!]) {
      expect(vector).toHaveLength(EMBEDDING_DIMENSIONS);
      expect(dot(vector!, vector!)).toBeCloseTo(1, 5);
    }
  });

  test("has no vector for a report without a word that tells something", () => {
    for (const title of ["", "   ", "the and of", "!!! ... ???", "\u0000"]) {
      const { vector, stackShare } = embedLexically(report({ title }), seasonedTable());
      expect(vector).toBeNull();
      expect(stackShare).toBe(0);
    }
  });

  test("finds two tellings of one problem nearer than two problems", () => {
    const first = report({
      title: "Checkout button does nothing on Safari",
      body: "I click pay and nothing happens.",
    });
    const again = report({ title: "Safari: clicking the checkout button has no effect" });
    const other = report({ title: "Dark theme hides the checkout total" });
    expect(likeness(first, again)).toBeGreaterThan(2 * likeness(first, other));
    expect(likeness(first, again)).toBeGreaterThan(0.32);
  });

  test("meets forms of a word, identifiers and their parts, and typing mistakes", () => {
    const base = likeness(
      report({ title: "Duplicated invoices" }),
      report({ title: "Broken telescope" }),
    );
    expect(
      likeness(
        report({ title: "Duplicated invoices" }),
        report({ title: "duplicating an invoice" }),
      ),
    ).toBeGreaterThan(0.6);
    expect(
      likeness(
        report({ title: "invoiceTotal overflow" }),
        report({ title: "overflow of the invoice total" }),
      ),
    ).toBeGreaterThan(0.4);
    expect(
      likeness(
        report({ title: "authentication broken" }),
        report({ title: "authentification borken" }),
      ),
    ).toBeGreaterThan(base + 0.15);
  });

  test.each([
    ["Chinese", "结账页面点击支付没有反应", "点击支付后结账页面没有反应", "登录后头像显示错误"],
    [
      "Japanese",
      "保存ボタンを押すとアプリが落ちる",
      "アプリが保存ボタンで落ちる",
      "通知が二回届く",
    ],
    [
      "Cyrillic",
      "Приложение падает при сохранении файла",
      "Падает при сохранении файлов",
      "Неверный часовой пояс",
    ],
    ["emoji", "🔥🔥 🛒", "🛒 🔥", "🌙 📅"],
  ])("reads %s", (_, first, again, other) => {
    expect(likeness(report({ title: first }), report({ title: again }))).toBeGreaterThan(0.3);
    expect(likeness(report({ title: first }), report({ title: other }))).toBeLessThan(0.2);
  });

  test("is not fooled by a template that every report shares", () => {
    const template = (text: string): string =>
      `<!-- Thank you for the report! Search existing issues first, and describe the steps to reproduce, expected behaviour. -->\n${text}\n- [ ] I have searched existing issues\n<!-- Environment: operating system, browser -->`;
    const first = report({ body: template("Map tiles stay grey") });
    const second = report({ body: template("Invite mail never arrives") });
    expect(likeness(first, report({ body: "Map tiles stay grey" }))).toBeGreaterThan(0.75);
    expect(likeness(first, second)).toBeLessThan(0.45);
  });

  test("sees no more in a title that the body repeats", () => {
    const plain = report({ title: "Export drops the last column" });
    const repeated = report({ ...plain, body: "Export drops the last column" });
    expect(likeness(plain, repeated)).toBeGreaterThan(0.95);
  });

  test("does not care about ids, addresses, times and versions", () => {
    const on = (noise: string): ReturnType<typeof report> =>
      report({ body: `Import of contacts stops halfway ${noise}` });
    const first = on(
      "https://a.example/x/1 3f2504e0-4f89-11d3-9a0c-0305e82c3301 2026-11-21T10:00:00Z v1.2.3 0x7fab",
    );
    expect(
      likeness(
        first,
        on("https://b.example/y/2 9c858901-8a57-4791-81fe-4c455b099bc9 2025-01-02 v2.0.0 0x1234"),
      ),
    ).toBeGreaterThan(0.999);
  });

  test("keeps an old vector as it was when later reports change the document frequencies", () => {
    const table = emptyIdfTable();
    const old = embedLexically(report({ title: "Login fails with a timeout" }), table).vector!;
    const copy = Float32Array.from(old);
    for (let i = 0; i < 50; i++)
      embedLexically(report({ title: `Login fails for user ${i}` }), table);
    expect(old).toEqual(copy);
    expect(table.documents).toBe(51);
  });

  test("does not count an empty report", () => {
    const table = emptyIdfTable();
    embedLexically(report(), table);
    expect(table.documents).toBe(0);
  });

  test("never throws and never gives a vector that is no direction", () => {
    const text = fc.string({ unit: "binary", maxLength: 300 });
    fc.assert(
      fc.property(text, text, (title, body) => {
        const { vector, stackShare } = embedLexically(report({ title, body }), emptyIdfTable());
        expect(stackShare).toBeGreaterThanOrEqual(-1);
        expect(stackShare).toBeLessThanOrEqual(1);
        if (vector) expect(dot(vector, vector)).toBeCloseTo(1, 4);
      }),
      { numRuns: 200 },
    );
  });

  test("reads hostile text in bounded time", () => {
    const start = process.cpuUsage();
    for (const unit of [
      "a",
      "aA",
      "at a.b(",
      "<!--",
      "[",
      "0x1",
      "\n",
      "at \n",
      "結",
      "a_",
      "![",
      "1.1",
    ]) {
      embedLexically(
        report({ title: unit.repeat(200), body: unit.repeat(30_000) }),
        emptyIdfTable(),
      );
    }
    expect(process.cpuUsage(start).user / 1000).toBeLessThan(6000);
  });

  test("embeds a thousand reports in seconds", () => {
    const table = emptyIdfTable();
    const sentence =
      "The export job stops after some minutes and the page shows an empty table without any error message. ";
    const start = process.cpuUsage();
    for (let i = 0; i < 1000; i++) {
      const title = `Export ${i % 37} stops at step ${i % 11}`;
      embedLexically(report({ title, body: sentence.repeat(8) }), table);
    }
    expect(process.cpuUsage(start).user / 1000).toBeLessThan(4000);
  });
});
