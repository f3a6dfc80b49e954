import { and, desc, eq, lt, or, sql, type SQL } from "drizzle-orm";
import type { ModelTask } from "../domain/models";
import type { Cursor } from "./cursor";
import type { Db, Statement } from "./db";
import { modelCalls } from "./schema";

export type ModelCallRow = typeof modelCalls.$inferSelect;

export function insertModelCall(db: Db, row: ModelCallRow): Statement {
  return db.insert(modelCalls).values(row);
}

/** Writes what a call came to. Only a reserved one can be settled, so a second time changes nothing. */
export function settleModelCall(
  db: Db,
  projectId: string,
  id: string,
  end: Pick<ModelCallRow, "outcome" | "inputTokens" | "outputTokens" | "microUsd">,
): Statement {
  return db
    .update(modelCalls)
    .set(end)
    .where(
      and(
        eq(modelCalls.projectId, projectId),
        eq(modelCalls.id, id),
        eq(modelCalls.outcome, "reserved"),
      ),
    );
}

export type ModelCallFilter = {
  runId?: string | undefined;
  cursor: Cursor | null;
  limit: number;
};

/** A page of the ledger, newest first, of a project or of one run; one row more than asked when there are more. */
export async function listModelCalls(
  db: Db,
  projectId: string,
  { runId, cursor, limit }: ModelCallFilter,
): Promise<ModelCallRow[]> {
  const where: (SQL | undefined)[] = [eq(modelCalls.projectId, projectId)];
  if (runId) where.push(eq(modelCalls.runId, runId));
  if (cursor) {
    const { at, id } = cursor;
    where.push(
      or(lt(modelCalls.createdAt, at), and(eq(modelCalls.createdAt, at), lt(modelCalls.id, id))),
    );
  }
  return db.query.modelCalls.findMany({
    where: and(...where),
    orderBy: [desc(modelCalls.createdAt), desc(modelCalls.id)],
    limit: limit + 1,
  });
}

export type ModelCallSum = {
  task: ModelTask;
  model: string;
  calls: number;
  inputTokens: number;
  outputTokens: number;
  microUsd: number;
};

/** What a run's calls come to, by task and model. */
export async function sumModelCalls(
  db: Db,
  projectId: string,
  runId: string,
): Promise<ModelCallSum[]> {
  return db
    .select({
      task: modelCalls.task,
      model: modelCalls.model,
      calls: sql<number>`count(*)`,
      inputTokens: sql<number>`sum(${modelCalls.inputTokens})`,
      outputTokens: sql<number>`sum(${modelCalls.outputTokens})`,
      microUsd: sql<number>`sum(${modelCalls.microUsd})`,
    })
    .from(modelCalls)
    .where(and(eq(modelCalls.projectId, projectId), eq(modelCalls.runId, runId)))
    .groupBy(modelCalls.task, modelCalls.model)
    .orderBy(modelCalls.task, modelCalls.model);
}
