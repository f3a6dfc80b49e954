import type { HumanScore, ReplaySettings } from "../domain/replay";
import type { AssignDecision } from "./assignment";
import { StateTable } from "./state-table";

/**
 * A replay of the brain over everything that is placed. `cursor`: all vectors up to this id were looked at; `slices`: how many
 * were done. It stays until the next one, so that it can be applied.
 */
export type Replay = ReplaySettings & {
  id: string;
  kind: "what_if" | "recluster";
  cursor: string;
  slices: number;
  score: HumanScore;
  failures: number;
  ended: boolean;
};

/** Why a report would move, as its ledger row will tell. */
export type MoveReason = Pick<AssignDecision, "tier" | "reason" | "similarity" | "neighbours">;
export type ReplayMove = { feedbackId: string; origin: string; target: string; why: MoveReason };

type MoveRow = { feedback_id: string; origin: string; target: string; why: string };

/** What the project's object keeps of a replay: which reports it has seen, and where they would be. */
export class ReplayTables {
  private readonly state: StateTable;

  constructor(private readonly storage: DurableObjectStorage) {
    this.state = new StateTable(storage.sql);
  }

  replay(): Replay | null {
    return this.state.read<Replay>("replay");
  }

  /** Begins anew: what an earlier one found is gone. */
  begin(replay: Replay): void {
    this.storage.transactionSync(() => {
      for (const table of ["replay_seen", "replay_moves", "replay_clusters"]) {
        this.storage.sql.exec(`DELETE FROM ${table}`);
      }
      this.save(replay);
    });
  }

  save(replay: Replay): void {
    this.state.write("replay", replay);
  }

  /** Nothing more is done for it. */
  end(): void {
    const replay = this.replay();
    if (replay) this.save({ ...replay, ended: true });
  }

  /** The next reports with a vector that were not seen yet. */
  unseen(after: string, limit: number): string[] {
    return this.storage.sql
      .exec<{ feedback_id: string }>(
        `SELECT feedback_id FROM vectors WHERE feedback_id > ?1
           AND feedback_id NOT IN (SELECT feedback_id FROM replay_seen) ORDER BY feedback_id LIMIT ?2`,
        after,
        limit,
      )
      .toArray()
      .map((row) => row.feedback_id);
  }

  seenOf(ids: string[]): Set<string> {
    const rows = this.storage.sql.exec<{ feedback_id: string }>(
      "SELECT feedback_id FROM replay_seen WHERE feedback_id IN (SELECT value FROM json_each(?))",
      JSON.stringify(ids),
    );
    return new Set([...rows].map((row) => row.feedback_id));
  }

  progress(): { done: number; total: number } {
    const [row] = this.storage.sql
      .exec<{ done: number; total: number }>(
        "SELECT (SELECT count(*) FROM replay_seen) AS done, (SELECT count(*) FROM vectors) AS total",
      )
      .toArray();
    return { done: Math.min(row!.done, row!.total), total: row!.total };
  }

  /** Where these reports, and everything in these clusters, would be, if not where they are. */
  movesOf(ids: string[], clusterIds: string[]): ReplayMove[] {
    return this.storage.sql
      .exec<MoveRow>(
        `SELECT * FROM replay_moves WHERE feedback_id IN (SELECT value FROM json_each(?1))
         UNION SELECT * FROM replay_moves WHERE target IN (SELECT value FROM json_each(?2))`,
        JSON.stringify(ids),
        JSON.stringify(clusterIds),
      )
      .toArray()
      .map(toMove);
  }

  /** Every move, at most `limit`. */
  allMoves(limit: number): ReplayMove[] {
    return this.storage.sql
      .exec<MoveRow>("SELECT * FROM replay_moves ORDER BY feedback_id LIMIT ?", limit)
      .toArray()
      .map(toMove);
  }

  /** Of these clusters, those that the replay would make. */
  madeOf(ids: string[]): Set<string> {
    const rows = this.storage.sql.exec<{ id: string }>(
      "SELECT id FROM replay_clusters WHERE id IN (SELECT value FROM json_each(?))",
      JSON.stringify(ids),
    );
    return new Set([...rows].map((row) => row.id));
  }

  /** One slice, at once: what was seen, what would move (or stay after all), and how far it is. */
  saveSlice(replay: Replay, seen: Iterable<string>, moves: ReplayMove[], made: string[]): void {
    const { sql } = this.storage;
    this.storage.transactionSync(() => {
      for (const id of seen) sql.exec("INSERT OR IGNORE INTO replay_seen VALUES (?)", id);
      for (const id of made) sql.exec("INSERT OR IGNORE INTO replay_clusters VALUES (?)", id);
      for (const { feedbackId, origin, target, why } of moves) {
        if (origin === target)
          sql.exec("DELETE FROM replay_moves WHERE feedback_id = ?", feedbackId);
        else
          sql.exec(
            "INSERT OR REPLACE INTO replay_moves VALUES (?, ?, ?, ?)",
            feedbackId,
            origin,
            target,
            JSON.stringify(why),
          );
      }
      this.save(replay);
    });
  }
}

function toMove(row: MoveRow): ReplayMove {
  const { feedback_id: feedbackId, origin, target, why } = row;
  return { feedbackId, origin, target, why: JSON.parse(why) as MoveReason };
}
