import { z } from "zod";
import { CLUSTER_JOB_STATUSES } from "../domain/cluster-job";
import { GROUPING_METHODS } from "../domain/grouping";
import { isoTime } from "../kit/clock";
import type { ClusterJobRow } from "../store/cluster-jobs";
import { precisionAndRecall } from "./score-words";

const Part = z.object({ id: z.string().nullable(), title: z.string(), reports: z.number() });

/** What another threshold or strategy would change. Clusters with the id null are not there yet. */
export const WhatIfView = z.object({
  id: z.string(),
  status: z.enum(CLUSTER_JOB_STATUSES),
  error: z.string().nullable(),
  threshold: z.number(),
  method: z.enum(GROUPING_METHODS),
  progress: z.object({ done: z.number(), total: z.number() }),
  created_at: z.string(),
  finished_at: z.string().nullable(),
  result: z
    .object({
      clusters_before: z.number(),
      clusters_after: z.number(),
      reports_moved: z.number(),
      /** The largest 50: clusters that would be one. */
      merges: z.object({
        total: z.number(),
        items: z.array(z.object({ into: Part, clusters: z.array(Part) })),
      }),
      /** The largest 50: clusters that would be several. */
      splits: z.object({
        total: z.number(),
        items: z.array(z.object({ id: z.string(), title: z.string(), parts: z.array(Part) })),
      }),
      /**
       * What the machine alone would do with the pairs of reports that people have decided. People's words hold all the same.
       * Precision: of the pairs that it joins, the share that people joined; recall: of those that people joined, its share.
       */
      human: z.object({
        together: z.number(),
        apart: z.number(),
        precision: z.number().nullable(),
        recall: z.number().nullable(),
        contradicted: z.number(),
        contradictions: z.array(
          z.object({
            operation_id: z.string(),
            said: z.enum(["together", "apart"]),
            pairs: z.number(),
            feedback_id: z.string(),
            title: z.string().nullable(),
            other_id: z.string(),
            other_title: z.string().nullable(),
          }),
        ),
      }),
      /** So low that some near pairs are not stored: further joins are not seen. */
      pairs_missing: z.boolean(),
      applied_by: z.string().nullable(),
    })
    .nullable(),
});
export type WhatIfView = z.infer<typeof WhatIfView>;

/** `titles`: of the clusters and reports that it names; what is gone has none. */
export function toWhatIfView(row: ClusterJobRow, titles: ReadonlyMap<string, string>): WhatIfView {
  const { replay, result } = row;
  return {
    id: row.id,
    status: row.status,
    error: row.error,
    threshold: replay!.threshold,
    method: replay!.method,
    progress: row.progress ?? { done: 0, total: 0 },
    created_at: isoTime(row.createdAt),
    finished_at: isoTime(row.finishedAt),
    result: result && toResult(result, titles),
  };
}

function toResult(
  result: NonNullable<ClusterJobRow["result"]>,
  titles: ReadonlyMap<string, string>,
): NonNullable<WhatIfView["result"]> {
  const { merges, splits, human, ...numbers } = result;
  const part = (id: string | null, reports: number) => ({
    id,
    title: id === null ? "" : (titles.get(id) ?? ""),
    reports,
  });
  const sum = (parts: { reports: number }[]) => parts.reduce((all, one) => all + one.reports, 0);
  return {
    ...numbers,
    merges: {
      total: merges.total,
      items: merges.items.map(({ into, clusters }) => ({
        into: part(into, sum(clusters)),
        clusters: clusters.map(({ id, reports }) => part(id, reports)),
      })),
    },
    splits: {
      total: splits.total,
      items: splits.items.map(({ id, parts }) => ({
        id,
        title: titles.get(id) ?? "",
        parts: parts.map(({ into, reports }) => part(into, reports)),
      })),
    },
    human: {
      together: human.together_kept + human.together_parted,
      apart: human.apart_kept + human.apart_joined,
      ...precisionAndRecall(human),
      contradicted: human.together_parted + human.apart_joined,
      contradictions: human.contradictions.map(({ operation_id, kind, pairs, example }) => ({
        operation_id,
        said: kind === "must" ? ("together" as const) : ("apart" as const),
        pairs,
        feedback_id: example.feedback_id,
        title: titles.get(example.feedback_id) ?? null,
        other_id: example.other_id,
        other_title: titles.get(example.other_id) ?? null,
      })),
    },
  };
}
