import { StateTable } from "./state-table";

/** The job that embeds anew. `total`: how many reports another embedder had read when it began. */
export type ReembedJob = { id: string; total: number; failures: number };

/** What the project's object knows of vectors that another embedder has made. */
export class ReembedTables {
  private readonly state: StateTable;

  constructor(private readonly storage: DurableObjectStorage) {
    this.state = new StateTable(storage.sql);
  }

  job(): ReembedJob | null {
    return this.state.read<ReembedJob>("reembed");
  }

  setJob(job: ReembedJob | null): void {
    this.state.write("reembed", job);
  }

  /** How many vectors are of another embedder than `key`. */
  readByOthers(key: string): number {
    const [row] = this.storage.sql
      .exec<{ n: number }>(
        `SELECT (SELECT count(*) FROM vectors WHERE embedder < ?1)
              + (SELECT count(*) FROM vectors WHERE embedder > ?1) AS n`,
        key,
      )
      .toArray();
    return row!.n;
  }

  /** Some of them. */
  next(key: string, limit: number): { feedbackId: string; embedder: string }[] {
    return this.storage.sql
      .exec<{ feedbackId: string; embedder: string }>(
        `SELECT * FROM (SELECT feedback_id AS feedbackId, embedder FROM vectors WHERE embedder < ?1 LIMIT ?2)
         UNION ALL
         SELECT * FROM (SELECT feedback_id AS feedbackId, embedder FROM vectors WHERE embedder > ?1 LIMIT ?2)
         LIMIT ?2`,
        key,
        limit,
      )
      .toArray();
  }

  /** Whether the embedder has made any vector yet. */
  isNew(key: string): boolean {
    return (
      this.storage.sql.exec("SELECT 1 FROM vectors WHERE embedder = ? LIMIT 1", key).toArray()
        .length === 0
    );
  }

  /** Word counts of a former lexical embedder: what it read is counted again by the new one. */
  forgetWordCounts(): void {
    this.storage.transactionSync(() => {
      this.storage.sql.exec("DELETE FROM idf_pages");
      this.state.write("idf_documents", null);
    });
  }
}
