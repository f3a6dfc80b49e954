import type { Crash, SourceKind } from "../../domain/feedback";

/** What a summarizer reads of one report in a cluster. `vector` is the report's embedding, where there is one. */
export type SummaryMember = {
  id: string;
  source: SourceKind;
  title: string;
  body: string;
  crash: Crash | null;
  vector: Float32Array | null;
};

/** `title` has at most `CLUSTER_TITLE_LIMIT` units and is never empty, `summary` at most `CLUSTER_SUMMARY_LIMIT`. */
export type ClusterSummary = { title: string; summary: string };

/**
 * Says in a line and in two sentences what is wrong. `members` has at least one entry; a caller may pass a sample of a
 * large cluster. The text that comes out is still the reporters' words or a model's: untrusted, to be escaped where shown.
 */
export type Summarizer = {
  name: string;
  version: string;
  summarize(members: readonly SummaryMember[]): Promise<ClusterSummary>;
};
