import type { ErasureRow } from "../store/erasures";
import { deleteErasure, findErasure } from "../store/erasures";
import { forgetMachineWords } from "../store/operations";
import { blankEmptyClusters, recountClusters } from "../store/cluster-members";
import { runBatch } from "../store/db";
import { deleteFeedbackByIds, listForErasure } from "../store/feedback-writes";
import { releaseDuplicates } from "../store/placement";
import { deleteProject } from "../store/projects";
import type { IngestDeps } from "./deps";

const BATCH_ROWS = 500;
/** Batches per call: what is left waits for the next one, so that no call takes long. */
const BATCHES = 20;

/**
 * Erases what a removed source brought, or a whole project: reports, their vectors, what is archived. Returns false when there
 * is more to do. An erasure that is done, or unknown, is no error; doing it again goes on where it was.
 */
export async function erase(deps: IngestDeps, erasureId: string): Promise<boolean> {
  const erasure = await findErasure(deps.db, erasureId);
  if (!erasure) return true;
  for (let batch = 0; batch < BATCHES; batch++) {
    if (await eraseBatch(deps, erasure)) continue;
    await finish(deps, erasure);
    return true;
  }
  return false;
}

/** Returns false when nothing was left. */
async function eraseBatch(deps: IngestDeps, erasure: ErasureRow): Promise<boolean> {
  const { projectId, sourceId } = erasure;
  const rows = await listForErasure(deps.db, projectId, sourceId, BATCH_ROWS);
  if (rows.length === 0) return false;
  const ids = rows.map((row) => row.id);
  const clusterIds = [...new Set(rows.flatMap((row) => row.clusterId ?? []))];
  const now = deps.clock();
  // Vectors first: once the rows are gone, nobody knows which vectors were theirs.
  await deps.forget(projectId, ids);
  await runBatch(deps.db, [
    ...forgetMachineWords(deps.db, projectId, ids),
    deleteFeedbackByIds(deps.db, projectId, ids),
    releaseDuplicates(deps.db, projectId, ids),
    recountClusters(deps.db, projectId, clusterIds, now),
    blankEmptyClusters(deps.db, projectId, clusterIds, now),
  ]);
  return true;
}

async function finish(deps: IngestDeps, { id, projectId, sourceId }: ErasureRow): Promise<void> {
  if (sourceId === null) {
    await deps.eraseArchive(projectId);
    await deps.eraseBrain(projectId);
    await runBatch(deps.db, [deleteProject(deps.db, projectId)]);
  }
  await runBatch(deps.db, [deleteErasure(deps.db, projectId, id)]);
}
