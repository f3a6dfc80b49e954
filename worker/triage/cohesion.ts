import type { AssignItem } from "./assignment";
import type { Anchors } from "./embedders/embedder";
import { userFacing } from "./threshold";
import { dot } from "./vectors/dot";

/** How alike a cluster's reports are, on the user's scale. Null: fewer than two can be compared. */
export type Cohesion = {
  mean: number;
  worst: { a: string; b: string; similarity: number };
  /** Reports that are on average less alike to the others than `below`, the least alike first. */
  outliers: { id: string; mean: number }[];
} | null;

const SHOWN_OUTLIERS = 10;

/** Every pair of these reports. O(n² d): the caller bounds n. Pure. */
export function cohesionOf(
  items: readonly Pick<AssignItem, "id" | "vector" | "stackShare">[],
  anchors: Anchors,
  below: number,
): Cohesion {
  const able = items.filter((item) => item.vector !== null);
  const sums = able.map(() => 0);
  let worst: NonNullable<Cohesion>["worst"] | null = null;
  for (const [i, a] of able.entries()) {
    for (let j = i + 1; j < able.length; j++) {
      const b = able[j]!;
      const shares: [number, number] = [a.stackShare, b.stackShare];
      const similarity = userFacing(dot(a.vector!, b.vector!), shares, anchors);
      sums[i]! += similarity;
      sums[j]! += similarity;
      if (!worst || similarity < worst.similarity) worst = { a: a.id, b: b.id, similarity };
    }
  }
  if (!worst) return null;
  const others = able.length - 1;
  const means = able.map(({ id }, i) => ({ id, mean: sums[i]! / others }));
  const mean = means.reduce((sum, one) => sum + one.mean, 0) / able.length;
  const outliers =
    others < 2
      ? []
      : means
          .filter((one) => one.mean < below)
          .sort((x, y) => x.mean - y.mean || (x.id < y.id ? -1 : 1));
  return { mean, worst, outliers: outliers.slice(0, SHOWN_OUTLIERS) };
}
