import type { ProposalReasons } from "../domain/proposal";
import type { AssignItem } from "./assignment";
import type { Anchors } from "./embedders/embedder";
import type { PersonLinks } from "./person-links";
import { userFacing } from "./threshold";
import { dot } from "./vectors/dot";

/** What the machine alone would part. */
export type Parting = {
  /** The cluster's reports as it would group them, were there no others. */
  parts: readonly (readonly string[])[];
  links: PersonLinks;
  /** Parts that a person did not want to be parted. */
  dismissed: readonly (readonly string[])[];
};

const MOST_SPLITS = 5;
const SHOWN_PAIRS = 3;

/** The parts beside the largest one, but for those that a person has joined with the others, or has said no to; at most five. Pure. */
export function partsToSplit({ parts, links, dismissed }: Parting): readonly (readonly string[])[] {
  const [, ...others] = [...parts].sort((x, y) => y.length - x.length || (x[0]! < y[0]! ? -1 : 1));
  return others
    .filter((part) => {
      const rest = parts.flatMap((one) => (one === part ? [] : one));
      return !links.find(part, rest, "must") && !dismissed.some((one) => isMostOf(part, one));
    })
    .slice(0, MOST_SPLITS);
}

function isMostOf(part: readonly string[], others: readonly string[]): boolean {
  const known = new Set(others);
  return part.filter((id) => known.has(id)).length * 2 > part.length;
}

/** Why a part stands apart: how alike it is to the other reports of its cluster, on average and at the nearest. O(n m d). Pure. */
export function splitReasons(
  items: readonly Pick<AssignItem, "id" | "vector" | "stackShare">[],
  part: readonly string[],
  { threshold, anchors }: { threshold: number; anchors: Anchors },
): ProposalReasons {
  const going = new Set(part);
  const near = items.flatMap((one) =>
    going.has(one.id)
      ? items.flatMap((other) => {
          if (going.has(other.id) || !one.vector || !other.vector) return [];
          const shares: [number, number] = [one.stackShare, other.stackShare];
          const similarity = userFacing(dot(one.vector, other.vector), shares, anchors);
          return { feedback_id: one.id, other_id: other.id, similarity };
        })
      : [],
  );
  const sum = near.reduce((all, { similarity }) => all + similarity, 0);
  return {
    similarity: near.length === 0 ? null : rounded(sum / near.length),
    threshold,
    same_fingerprints: 0,
    nearest: near
      .sort((x, y) => y.similarity - x.similarity)
      .slice(0, SHOWN_PAIRS)
      .map((one) => ({ ...one, similarity: rounded(one.similarity) })),
    reports: [...part].sort(),
  };
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
