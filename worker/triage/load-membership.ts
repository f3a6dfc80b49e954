import type { ProjectActor } from "../domain/actor";
import { notFound } from "../domain/errors";
import { findClustersByIds } from "../store/clusters";
import type { Db } from "../store/db";
import { findFeedbackByIds, type FeedbackRow } from "../store/feedback";
import { listPlaces } from "../store/placement";
import { listLinksAround } from "../store/operations";
import { clustersWithLiveRun } from "../store/runs";
import { refused } from "./decide-change";
import type { Membership } from "./membership";
import { PersonLinks } from "./person-links";

/** The most reports that one operation may be about, those that stay where they are included. */
const MOST_REPORTS = 5_000;
/** As that, of an operation of the machine, which has no words about pairs. */
export const MOST_REGROUPED = 20_000;
const MOST_LINKS = 200_000;

/** Clusters with all their reports. Throws `not_found` for an unknown cluster, `conflict` beyond 5,000 reports. */
export async function loadMembership(
  db: Db,
  { projectId }: ProjectActor,
  clusterIds: string[],
  mostReports = MOST_REPORTS,
): Promise<Membership> {
  const ids = [...new Set(clusterIds)];
  const [clusters, places, live] = await Promise.all([
    findClustersByIds(db, projectId, ids),
    listPlaces(db, projectId, ids, mostReports + 1),
    clustersWithLiveRun(db, projectId, ids),
  ]);
  if (clusters.length < ids.length) throw notFound("cluster");
  if (places.length > mostReports) {
    throw refused(`These clusters have more than ${mostReports} reports: too many at once.`);
  }
  return {
    members: new Map(places.map((place) => [place.id, place])),
    problems: new Map(
      clusters.map((row) => [
        row.id,
        { id: row.id, status: row.status, mergedInto: row.mergedInto, liveRun: live.has(row.id) },
      ]),
    ),
  };
}

/** A report that is in a cluster. Throws `not_found`, and `conflict` while it waits for its first cluster. */
export async function loadPlaced(
  db: Db,
  { projectId }: ProjectActor,
  ids: string[],
): Promise<(FeedbackRow & { clusterId: string })[]> {
  const rows = await findFeedbackByIds(db, projectId, ids);
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => {
    const row = byId.get(id);
    if (!row || row.state === "deleted") throw notFound("feedback item");
    const { clusterId } = row;
    if (clusterId === null) throw refused("The report waits to be grouped: try again in a moment.");
    return { ...row, clusterId };
  });
}

/** What persons said about these reports in all operations but one, and where the reports are that those name. */
export async function loadLinks(
  db: Db,
  { projectId }: Pick<ProjectActor, "projectId">,
  feedbackIds: string[],
  except: string,
): Promise<{ links: PersonLinks; places: Map<string, string> }> {
  const rows = await listLinksAround(db, projectId, feedbackIds, MOST_LINKS + 1);
  if (rows.length > MOST_LINKS) throw refused("Too many decisions hang together here.");
  return {
    links: new PersonLinks(rows.filter((row) => row.operationId !== except)),
    places: new Map(
      rows.flatMap(({ feedbackId, clusterId }) => (clusterId ? [[feedbackId, clusterId]] : [])),
    ),
  };
}
