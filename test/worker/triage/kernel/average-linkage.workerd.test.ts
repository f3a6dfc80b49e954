import { expect, test } from "vitest";
import { SLICE, startClustering } from "../../../../worker/triage/kernel/average-linkage";
import { randomNumbers, stormVectors } from "../../../bench/vectors";

test("the kernel runs in the real runtime: 3,000 vectors of 768 come back in their groups, in slices", () => {
  const random = randomNumbers(4);
  const centres = Array.from({ length: 900 }, () =>
    Float32Array.from({ length: 768 }, () => random() - 0.5),
  );
  const groups = Array.from({ length: 3000 }, () => Math.floor(random() * centres.length));
  const vectors = groups.map((group) =>
    centres[group]!.map((value) => value + 0.3 * (random() - 0.5)),
  );
  const clustering = startClustering(vectors, 0.72);
  let labels: number[] | null = null;
  let slices = 0;
  for (; !labels && slices < 100; slices++) labels = clustering.step(SLICE / 8);
  expect(labels).toEqual(groups.map((group) => groups.indexOf(group)));
  expect(slices).toBeGreaterThan(1);
  expect(clustering.bytes()).toBeLessThan(6 * 2 ** 20);
});

test("a storm of near copies is joined in bounded memory, slice by slice, while it holds far fewer pairs than there are", () => {
  const vectors = stormVectors(2000, 768, 5, 0.5);
  const clustering = startClustering(vectors, 0.72, 2 ** 13);
  const bytes = clustering.bytes();
  let labels: number[] | null = null;
  let slices = 0;
  for (; !labels && slices < 400; slices++) labels = clustering.step(SLICE / 8);
  expect(new Set(labels).size).toBe(1001);
  expect(labels!.slice(0, 1000)).toEqual(Array.from({ length: 1000 }, () => 0));
  expect(slices).toBeGreaterThan(5);
  expect(clustering.bytes()).toBe(bytes);
  expect(bytes).toBeLessThan(4.5 * 2 ** 20);
});
