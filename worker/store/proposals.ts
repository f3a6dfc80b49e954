import { and, desc, eq, or, sql } from "drizzle-orm";
import type { ProposalReasons } from "../domain/proposal";
import { jsonIds, type Db, type Statement } from "./db";
import { proposals } from "./schema";

export type ProposalRow = typeof proposals.$inferSelect;

export type ProposalToInsert = {
  id: string;
  clusterId: string;
  intoId: string;
  reasons: ProposalReasons;
};

/** At most so many proposals to split a cluster that people said no to are remembered: the newest. */
const REMEMBERED = 50;

/** The parts that people did not want to be parted from a cluster. */
export async function splitsSaidNoTo(
  db: Db,
  projectId: string,
  clusterId: string,
): Promise<string[][]> {
  const rows = await db.query.proposals.findMany({
    where: and(
      eq(proposals.projectId, projectId),
      eq(proposals.clusterId, clusterId),
      eq(proposals.status, "dismissed"),
      eq(proposals.kind, "split"),
    ),
    orderBy: [desc(proposals.createdAt), desc(proposals.id)],
    limit: REMEMBERED,
  });
  return rows.map((row) => row.reasons.reports ?? []);
}

/** What would be split from a cluster, in place of what was proposed before and nobody has decided; what was decided stays as it is. */
export function replaceSplitProposals(
  db: Db,
  projectId: string,
  clusterId: string,
  rows: { id: string; reasons: ProposalReasons }[],
  now: number,
): Statement[] {
  const ids = jsonIds(rows.map((row) => row.id));
  return [
    db.run(sql`
      DELETE FROM proposals WHERE project_id = ${projectId} AND cluster_id = ${clusterId} AND status = 'open'
        AND kind = 'split' AND id NOT IN (SELECT value FROM json_each(${ids}))`),
    db.run(sql`
      INSERT INTO proposals (id, project_id, kind, cluster_id, reasons, created_at)
      SELECT value->>'id', ${projectId}, 'split', ${clusterId}, value->'reasons', ${now}
      FROM json_each(${JSON.stringify(rows)}) WHERE true
      ON CONFLICT (id) DO UPDATE SET reasons = excluded.reasons WHERE proposals.status = 'open'`),
  ];
}

/** New proposals to merge. Their ids derive from the pair: what was proposed once, whatever became of it, stays as it is. */
export function insertProposals(
  db: Db,
  projectId: string,
  rows: ProposalToInsert[],
  now: number,
): Statement {
  return db.run(sql`
    INSERT INTO proposals (id, project_id, kind, cluster_id, into_id, reasons, created_at)
    SELECT value->>'id', ${projectId}, 'merge', value->>'clusterId', value->>'intoId', value->'reasons', ${now}
    FROM json_each(${JSON.stringify(rows)}) WHERE true
    ON CONFLICT (id) DO NOTHING`);
}

export async function findProposal(
  db: Db,
  projectId: string,
  id: string,
): Promise<ProposalRow | undefined> {
  return db.query.proposals.findFirst({
    where: and(eq(proposals.projectId, projectId), eq(proposals.id, id)),
  });
}

/** Open proposals, newest first, of which both clusters are still there; of one cluster if it is named. */
export async function listProposals(
  db: Db,
  projectId: string,
  clusterId: string | undefined,
  limit: number,
): Promise<ProposalRow[]> {
  return db.query.proposals.findMany({
    where: and(
      eq(proposals.projectId, projectId),
      eq(proposals.status, "open"),
      clusterId === undefined
        ? undefined
        : or(eq(proposals.clusterId, clusterId), eq(proposals.intoId, clusterId)),
      sql`NOT EXISTS (SELECT 1 FROM clusters AS gone WHERE gone.project_id = ${projectId}
        AND gone.id IN (${proposals.clusterId}, ${proposals.intoId})
        AND (gone.merged_into IS NOT NULL OR gone.item_count = 0))`,
    ),
    orderBy: [desc(proposals.createdAt), desc(proposals.id)],
    limit,
  });
}

export function decideProposal(
  db: Db,
  projectId: string,
  id: string,
  status: "accepted" | "dismissed",
  by: string,
  now: number,
): Statement {
  return db
    .update(proposals)
    .set({ status, decidedBy: by, decidedAt: now })
    .where(
      and(eq(proposals.projectId, projectId), eq(proposals.id, id), eq(proposals.status, "open")),
    );
}
