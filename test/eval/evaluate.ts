import type { Embedder, Embedding } from "../../worker/triage/embedders/embedder";
import type { Strategy } from "../../worker/triage/strategies/strategy";
import { nearest } from "../../worker/triage/vectors/neighbours";
import { rerank } from "../../worker/triage/vectors/rerank";
import { MemoryBrain } from "./brain";
import type { Dataset } from "./dataset";
import { hitRate, pairwiseScores, type Scores } from "./scores";

export type EvalMode = "batch" | "incremental";
export type EvalSettings = {
  embedder: Embedder;
  strategy: Strategy;
  threshold: number;
  mode: EvalMode;
};

export type Prediction = { id: string; cluster: string; neighbors: string[] };
export type EvalReport = Scores & {
  name: string;
  reports: number;
  clusters: number;
  hit1: number;
  hit5: number;
  embedSeconds: number;
  placeSeconds: number;
};

/** Neighbours by vector that the second look puts in order, and how many are told. */
const LOOKED_AT = 20;
const TOLD = 10;

/** Embeds, places and measures a labelled set. */
export async function evaluate(
  { name, reports }: Dataset,
  settings: EvalSettings,
): Promise<{ report: EvalReport; predictions: Prediction[] }> {
  const start = performance.now();
  const embeddings = await settings.embedder.embed(
    reports.map(({ id, title, body }) => ({ id, title, body, crash: null })),
  );
  const embedded = performance.now();
  const labels = placeAll(embeddings, settings);
  const placed = performance.now();
  const neighbours = neighboursOf(embeddings);
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

function placeAll(embeddings: readonly Embedding[], settings: EvalSettings): Map<string, string> {
  const { threshold, strategy, embedder, mode } = settings;
  const brain = new MemoryBrain({ threshold, strategy, anchors: embedder.anchors });
  if (mode === "batch") brain.place(embeddings);
  else for (const embedding of embeddings) brain.place([embedding]);
  return brain.labels();
}

function neighboursOf(embeddings: readonly Embedding[]): Map<string, string[]> {
  const vectors = embeddings.map(({ vector }) => vector);
  return new Map(
    embeddings.map(({ id, vector, features }, i) => {
      if (!vector) return [id, []];
      const near = nearest(vector, vectors, LOOKED_AT, i).map(({ index }) => embeddings[index]!);
      const ordered = features ? rerank(features, near) : near;
      return [id, ordered.slice(0, TOLD).map((other) => other.id)];
    }),
  );
}
