import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dot } from "../../../../worker/triage/vectors/dot";
import { LocalIndex } from "../../../../worker/triage/vectors/local-index";
import { groupedVectors } from "../../../bench/vectors";

const D = 24;
const vectors = groupedVectors(400, D, 11).map((vector) => {
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
});

function bySorting(
  held: Map<string, Float32Array>,
  query: Float32Array,
  limit: number,
  line: number,
) {
  return [...held]
    .map(([feedbackId, vector]) => ({ feedbackId, cosine: dot(query, vector) }))
    .filter(({ cosine }) => cosine > line)
    .sort((x, y) => y.cosine - x.cosine || (x.feedbackId < y.feedbackId ? -1 : 1))
    .slice(0, limit);
}

describe("the local index", () => {
  test("finds exactly what sorting all vectors finds, whatever was put in, replaced and removed", async () => {
    const change = fc.record({
      id: fc.nat(40).map((id) => `item-${id}`),
      vector: fc.option(fc.nat(30), { freq: 3 }),
    });
    const ask = fc.record({
      at: fc.nat(60),
      limit: fc.nat(12),
      line: fc.constantFrom(-1, 0, 0.5, 0.9),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 60 }), ask, async (changes, asked) => {
        const index = new LocalIndex();
        const held = new Map<string, Float32Array>();
        for (const { id, vector } of changes) {
          if (vector === null) {
            held.delete(id);
            await index.remove([id]);
          } else {
            held.set(id, vectors[vector]!);
            await index.upsert([{ feedbackId: id, vector: vectors[vector]! }]);
          }
        }
        const query = vectors[asked.at]!;
        const expected = bySorting(held, query, asked.limit, asked.line);
        expect(index.nearest(query, asked.limit, asked.line)).toEqual(expected);
        expect(index.size).toBe(held.size);
      }),
      { numRuns: 150 },
    );
  });

  test("grows, and answers the same afterwards", async () => {
    const index = new LocalIndex();
    const held = new Map(vectors.map((vector, i) => [`item-${i}`, vector]));
    for (const [feedbackId, vector] of held) await index.upsert([{ feedbackId, vector }]);
    for (const query of vectors.slice(0, 20)) {
      expect(await index.query(query, 15)).toEqual(bySorting(held, query, 15, -1));
    }
  });
});
