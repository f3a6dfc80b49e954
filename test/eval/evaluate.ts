import type { GroupingSettings, GroupingTier } from "../../worker/domain/grouping";
import type { Embedder } from "../../worker/triage/embedders/embedder";
import { emptyIdfTable, type IdfTable } from "../../worker/triage/embedders/lexical/idf";
import type { StoredVector } from "../../worker/triage/vector-tables";
import { nearest } from "../../worker/triage/vectors/neighbours";
import { LOOKED_AT, rerank } from "../../worker/triage/vectors/rerank";
import type { Dataset } from "./dataset";
import { EvalProject } from "./project";
import { hitRate, pairwiseScores, type Scores } from "./scores";

export type EvalMode = "batch" | "incremental";
export type EvalSettings = {
  embedder(table: IdfTable): Embedder;
  grouping: GroupingSettings;
  mode: EvalMode;
};

export type Prediction = { id: string; cluster: string; neighbors: string[] };
/** `tiers` counts ledger rows; `usd` is what outside services have cost. */
export type EvalReport = Scores & {
  name: string;
  reports: number;
  clusters: number;
  hit1: number;
  hit5: number;
  tiers: Partial<Record<GroupingTier, number>>;
  usd: number;
  embedSeconds: number;
  placeSeconds: number;
};

/** As many as the object takes in one slice. */
const EMBEDDED_TOGETHER = 100;
const TOLD = 10;

/** Embeds, places and measures a labelled set, each as a project of its own. */
export async function evaluate(
  { name, reports }: Dataset,
  settings: EvalSettings,
): Promise<{ report: EvalReport; predictions: Prediction[] }> {
  const idf = emptyIdfTable();
  const { grouping, mode } = settings;
  const project = await EvalProject.open({ grouping, embedder: settings.embedder(idf), idf });
  const ids = reports.map(({ id }) => id);
  const start = performance.now();
  for (let from = 0; from < reports.length; from += EMBEDDED_TOGETHER) {
    await project.embed(reports.slice(from, from + EMBEDDED_TOGETHER));
  }
  const embedded = performance.now();
  if (mode === "batch") await project.place(ids);
  else for (const id of ids) await project.place([id]);
  const placed = performance.now();
  const labels = project.labels();
  const neighbours = neighboursOf(project.tables.vectorsOf(ids), reports);
  const groupOf = new Map(reports.map(({ id, group }) => [id, group]));
  const report = {
    name,
    reports: reports.length,
    clusters: new Set(labels.values()).size,
    ...pairwiseScores(
      reports.map(({ id }) => labels.get(id)!),
      reports.map(({ group }) => group),
    ),
    hit1: hitRate(neighbours, groupOf, 1),
    hit5: hitRate(neighbours, groupOf, 5),
    tiers: countBy(project.ledger.map(({ tier }) => tier)),
    usd: 0,
    embedSeconds: (embedded - start) / 1000,
    placeSeconds: (placed - embedded) / 1000,
  };
  const predictions = reports.map(({ id }) => ({
    id,
    cluster: labels.get(id)!,
    neighbors: neighbours.get(id) ?? [],
  }));
  return { report, predictions };
}

function neighboursOf(
  stored: readonly StoredVector[],
  reports: Dataset["reports"],
): Map<string, string[]> {
  const dates = new Map(reports.map(({ id, createdAt }) => [id, createdAt > 0 ? createdAt : null]));
  const remembered = stored.map((one) => ({ ...one, createdAt: dates.get(one.feedbackId) }));
  const vectors = stored.map(({ vector }) => vector);
  return new Map(
    remembered.map((query, i) => {
      const { feedbackId, vector } = query;
      if (!vector) return [feedbackId, []];
      const near = nearest(vector, vectors, LOOKED_AT, i).map(({ index }) => remembered[index]!);
      return [
        feedbackId,
        rerank(query, near)
          .slice(0, TOLD)
          .map((other) => other.feedbackId),
      ];
    }),
  );
}

function countBy<Key extends string>(keys: readonly Key[]): Partial<Record<Key, number>> {
  const counts: Partial<Record<Key, number>> = {};
  for (const key of keys) counts[key] = (counts[key] ?? 0) + 1;
  return counts;
}
