import { z } from "zod";
import type { ProjectActor } from "../domain/actor";
import { notFound } from "../domain/errors";
import { findCluster } from "../store/clusters";
import { findFeedbackByIds } from "../store/feedback";
import { newestMembers } from "../store/placement";
import { listLinks } from "../store/operations";
import { splitsSaidNoTo } from "../store/proposals";
import { findProject } from "../store/projects";
import { groupingOf, type TriageDeps } from "./deps";
import { PersonLinks } from "./person-links";
import { partsToSplit } from "./propose-splits";
import { MOST_COMPARED, MOST_LINKS } from "./suggest-splits";

const Report = z.object({ feedback_id: z.string(), title: z.string() });

/** How alike a cluster's reports are, on the user's scale, and what speaks for splitting it. */
export const CohesionView = z.object({
  /** How many reports were compared: of a cluster of more than 200 the newest. */
  compared: z.number(),
  threshold: z.number(),
  /** Null: fewer than two reports have words to compare. */
  mean: z.number().nullable(),
  worst: z
    .object({
      similarity: z.number(),
      feedback_id: z.string(),
      title: z.string(),
      other_id: z.string(),
      other_title: z.string(),
    })
    .nullable(),
  outliers: z.array(Report.extend({ mean: z.number() })),
  /** Reports that the machine alone would part from the others, and of which no person has said otherwise. */
  splits: z.array(z.object({ reports: z.array(Report), reason: z.string() })),
});
export type CohesionView = z.infer<typeof CohesionView>;

/** Compares the reports of a cluster, at most 200 of them, by their stored vectors. It changes nothing. */
export async function readCohesion(
  { db, grouping, lookAlike }: Pick<TriageDeps, "db" | "grouping" | "lookAlike">,
  who: ProjectActor,
  clusterId: string,
): Promise<CohesionView> {
  const [cluster, project] = await Promise.all([
    findCluster(db, who.projectId, clusterId),
    findProject(db, who.projectId),
  ]);
  if (!cluster) throw notFound("cluster");
  const rows = await newestMembers(db, who.projectId, clusterId, MOST_COMPARED);
  const ids = rows.map((row) => row.id);
  const [{ cohesion, parts }, reports, said, dismissed] = await Promise.all([
    lookAlike(who.projectId, rows),
    findFeedbackByIds(db, who.projectId, ids),
    listLinks(db, who.projectId, ids, MOST_LINKS),
    splitsSaidNoTo(db, who.projectId, clusterId),
  ]);
  const titles = new Map(reports.map((row) => [row.id, row.title]));
  const report = (id: string) => ({ feedback_id: id, title: titles.get(id) ?? "" });
  const apart = partsToSplit({ parts, links: new PersonLinks(said), dismissed });
  const largest = Math.max(0, ...parts.map((part) => part.length));
  const { threshold } = groupingOf(grouping, project);
  return {
    compared: ids.length,
    threshold,
    mean: cohesion && rounded(cohesion.mean),
    worst: cohesion && {
      similarity: rounded(cohesion.worst.similarity),
      feedback_id: cohesion.worst.a,
      title: titles.get(cohesion.worst.a) ?? "",
      other_id: cohesion.worst.b,
      other_title: titles.get(cohesion.worst.b) ?? "",
    },
    outliers: (cohesion?.outliers ?? []).map(({ id, mean }) => ({
      ...report(id),
      mean: rounded(mean),
    })),
    splits: apart.map((part) => ({
      reports: part.slice(0, 20).map(report),
      reason: `Compared alone, these are not above the line of ${threshold} with the other ${largest} or more.`,
    })),
  };
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
