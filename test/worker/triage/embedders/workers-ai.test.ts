import { describe, expect, test } from "vitest";
import { createWorkersAiEmbedder } from "../../../../worker/triage/embedders/workers-ai";
import { dot } from "../../../../worker/triage/vectors/dot";
import { paying } from "../paying";
import { report } from "../reports";

type Call = { model: string; text: string[]; pooling: string };

function embedderFor(answer: (texts: string[]) => unknown) {
  const calls: Call[] = [];
  const run = async (model: string, input: { text: string[]; pooling: string }) => {
    calls.push({ model, ...input });
    return answer(input.text);
  };
  const { pay, calls: paid } = paying();
  const embedder = createWorkersAiEmbedder({ ai: { run }, truncateBodyChars: 20, pay });
  return { calls, paid, embedder };
}

const vectors = (texts: string[]) => ({
  shape: [texts.length, 768],
  data: texts.map((text) => Array.from({ length: 768 }, (_, i) => (i === text.length ? 5 : 0))),
});

describe("the Workers AI embedder", () => {
  test("sends texts in hundreds, cut, with its pooling, keeps the order and normalises", async () => {
    const { calls, paid, embedder } = embedderFor(vectors);
    const inputs = Array.from({ length: 130 }, (_, i) =>
      report({ id: String(i), title: "t".repeat(i + 1), body: i === 0 ? "b".repeat(900) : "" }),
    );
    const found = await embedder.embed(inputs);
    expect(calls.map(({ text }) => text.length)).toEqual([100, 30]);
    expect(calls[0]).toMatchObject({ model: "@cf/baai/bge-base-en-v1.5", pooling: "cls" });
    expect(paid).toHaveLength(2);
    expect(paid[1]!.most.input).toBeGreaterThan(30 * 33);
    expect(calls[0]!.text[0]).toBe(`t\n${"b".repeat(20)}`);
    expect(found[129]!.vector![130]).toBe(1);
    expect(dot(found[3]!.vector!, found[3]!.vector!)).toBeCloseTo(1, 6);
  });

  test("gives no vector for a report without text", async () => {
    const { calls, embedder } = embedderFor(vectors);
    expect((await embedder.embed([report({ title: " " })]))[0]!.vector).toBeNull();
    expect(calls).toEqual([]);
  });

  test.each([
    ["no vectors", () => ({ request_id: "x" })],
    ["too few vectors", () => ({ data: [] })],
    ["another size", () => ({ data: [[1, 2, 3]] })],
    ["zeros", () => ({ data: [Array.from({ length: 768 }, () => 0)] })],
  ])("refuses %s", async (_, answer) => {
    const { embedder } = embedderFor(answer);
    await expect(embedder.embed([report({ title: "x" })])).rejects.toMatchObject({
      kind: "invalid_reply",
    });
  });

  test("throws `unavailable` when the binding throws", async () => {
    const { embedder } = embedderFor(() => {
      throw new Error("out of capacity");
    });
    await expect(embedder.embed([report({ title: "x" })])).rejects.toMatchObject({
      kind: "unavailable",
    });
  });
});
