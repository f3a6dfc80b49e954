import type { RunRow } from "../store/runs";
import type { FixDeps } from "./deps";

const PAGE = 1_000;

/** Where a part of a run's log lies in R2: one event a line, in JSON. `from` is the number of its first event. */
export function logKey(run: Pick<RunRow, "projectId" | "id">, from: number): string {
  return `runs/${run.projectId}/${run.id}/log/${String(from).padStart(6, "0")}.ndjson`;
}

/** Copies a run's whole log to the private archive, a thousand events at a time. Done again it writes the same, and what came since. */
export async function archiveLog(
  deps: Pick<FixDeps, "archive" | "runLog">,
  run: Pick<RunRow, "projectId" | "id">,
): Promise<void> {
  const log = deps.runLog(run.id);
  for (let from = 1; ;) {
    const { events, nextFrom } = await log.page(from, PAGE);
    if (events.length === 0) return;
    const lines = events.map((event) => `${JSON.stringify(event)}\n`).join("");
    await deps.archive.put(logKey(run, from), lines);
    if (events.length < PAGE) return;
    from = nextFrom;
  }
}
