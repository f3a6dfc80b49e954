/** The job that embeds anew. `total`: how many reports another embedder had read when it began. */
export type ReembedJob = { id: string; total: number; failures: number };

/** What the project's object knows of vectors that another embedder has made. */
export class ReembedTables {
  constructor(private readonly storage: DurableObjectStorage) {}

  job(): ReembedJob | null {
    const [row] = this.storage.sql
      .exec<{ value: string }>("SELECT value FROM state WHERE key = 'reembed'")
      .toArray();
    return row ? (JSON.parse(row.value) as ReembedJob) : null;
  }

  setJob(job: ReembedJob | null): void {
    if (job === null) this.storage.sql.exec("DELETE FROM state WHERE key = 'reembed'");
    else
      this.storage.sql.exec(
        "INSERT OR REPLACE INTO state VALUES ('reembed', ?)",
        JSON.stringify(job),
      );
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
      this.storage.sql.exec("DELETE FROM state WHERE key = 'idf_documents'");
    });
  }
}
