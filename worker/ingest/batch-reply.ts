import { z } from "zod";
import type { AcceptResult } from "./accept";

const ItemResult = z.object({
  index: z.number(),
  /** `removed` and `ignored`: of Reddit, what it says is deleted, and what is no report. */
  status: z.enum(["created", "updated", "duplicate", "removed", "ignored", "refused"]),
  id: z.string().nullable(),
  external_id: z.string().nullable(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});
export type ItemResult = z.infer<typeof ItemResult>;

/** What becomes of posted items, each on its own, in their order. */
export const BatchReply = z.object({
  /** The first item's id: what a caller who posted one item wants. */
  id: z.string().nullable(),
  created: z.number(),
  results: z.array(ItemResult),
});
export type BatchReply = z.infer<typeof BatchReply>;

/** What mapping made of the posted items: those that were accepted since, in the same order, and those at fault. */
export type MappedBatch = {
  items: { index: number }[];
  refused: { index: number; faults: { path: string; message: string }[] }[];
};

/** The reply to a batch. `others`: results of items that are neither accepted nor at fault. */
export function batchReply(
  batch: MappedBatch,
  accepted: AcceptResult[],
  others: ItemResult[] = [],
): BatchReply {
  const results: ItemResult[] = [
    ...batch.items.map(({ index }, i) => ({ index, ...accepted[i]! })),
    ...batch.refused.map(({ index, faults }) => ({
      index,
      status: "refused" as const,
      id: null,
      external_id: null,
      errors: faults,
    })),
    ...others,
  ];
  return {
    id: accepted[0]?.id ?? null,
    created: accepted.filter((one) => one.status === "created").length,
    results: results.sort((a, b) => a.index - b.index),
  };
}
