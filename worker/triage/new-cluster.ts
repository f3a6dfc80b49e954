import type { ProjectActor } from "../domain/actor";
import { CLUSTER_SUMMARY_LIMIT, CLUSTER_TITLE_LIMIT } from "../domain/cluster";
import { insertClusters } from "../store/clusters";
import type { Db, Statement } from "../store/db";
import type { FeedbackRow } from "../store/feedback";

/** A cluster that a person makes; its words are a report's until the brain describes it. */
export function newCluster(
  db: Db,
  { projectId }: ProjectActor,
  id: string,
  seed: FeedbackRow,
  now: number,
): Statement {
  const row = {
    id,
    title: seed.title.slice(0, CLUSTER_TITLE_LIMIT),
    summary: seed.body.slice(0, CLUSTER_SUMMARY_LIMIT),
    severity: seed.metadata.crash ? ("high" as const) : ("medium" as const),
    firstSeenAt: seed.createdAt,
    lastSeenAt: seed.createdAt,
  };
  return insertClusters(db, projectId, [row], now);
}
