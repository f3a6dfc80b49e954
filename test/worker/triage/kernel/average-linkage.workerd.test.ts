import { expect, test } from "vitest";
import { SLICE, startClustering } from "../../../../worker/triage/kernel/average-linkage";
import { randomNumbers } from "../../../bench/vectors";

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
