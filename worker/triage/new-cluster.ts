import type { ProjectActor } from "../domain/actor";
import { CLUSTER_SUMMARY_LIMIT, CLUSTER_TITLE_LIMIT } from "../domain/cluster";
import { insertClusters, type ClusterToInsert } from "../store/cluster-members";
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
  return insertClusters(db, projectId, [clusterFrom(id, seed)], now);
}

/** A new cluster in the words of one of its reports. */
export function clusterFrom(id: string, seed: FeedbackRow): ClusterToInsert {
  return {
    id,
    title: seed.title.slice(0, CLUSTER_TITLE_LIMIT),
    summary: seed.body.slice(0, CLUSTER_SUMMARY_LIMIT),
    severity: seed.metadata.crash ? "high" : "medium",
    firstSeenAt: seed.createdAt,
    lastSeenAt: seed.createdAt,
  };
}
