import { systemActor } from "../domain/actor";
import { listToWake, wakeByDate } from "../store/cluster-status";
import { auditStatement } from "../store/commit";
import { runBatch } from "../store/db";
import type { TriageDeps } from "./deps";

/** Ignored clusters whose date has come are `new` again. For cron; at most 100 at a time. */
export async function wakeClusters({ db, clock }: Pick<TriageDeps, "db" | "clock">): Promise<void> {
  const now = clock();
  for (const { id, projectId } of await listToWake(db, now)) {
    const audit = { action: "cluster.ignore_ended", target: `cluster:${id}` };
    await runBatch(db, [
      wakeByDate(db, projectId, id, now),
      auditStatement(db, systemActor("cron", projectId), now, audit),
    ]);
  }
}
