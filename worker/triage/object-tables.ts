import type { IdfTable } from "./embedders/lexical/idf";
import { emptyIdfTable, IDF_BUCKETS } from "./embedders/lexical/idf";
import type { SimilarPair } from "./assignment";
import type { SparseFeatures } from "./embedders/embedder";
import type { Verdict } from "./grey-problem";
import type { StoredVector, VectorTables } from "./vector-tables";
import type { Wording } from "./wording";

/** The cluster job that the object is working on. It is stored before its first step, so that a restart resumes it. */
export type ActiveJob = { id: string; createdAt: number; failures: number };

const MIGRATIONS = [
  `CREATE TABLE vectors (feedback_id TEXT PRIMARY KEY, text_at INTEGER NOT NULL, embedder TEXT NOT NULL,
     stack_share REAL NOT NULL, vector BLOB) WITHOUT ROWID;
   CREATE TABLE edges (a TEXT NOT NULL, b TEXT NOT NULL, cosine REAL NOT NULL, PRIMARY KEY (a, b)) WITHOUT ROWID;
   CREATE INDEX edges_b ON edges (b);
   CREATE TABLE idf_pages (page INTEGER PRIMARY KEY, counts BLOB NOT NULL);
   CREATE TABLE state (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
   CREATE TABLE spend (day TEXT PRIMARY KEY, micro_usd INTEGER NOT NULL) WITHOUT ROWID;`,
  `ALTER TABLE vectors ADD COLUMN features BLOB;
   ALTER TABLE vectors ADD COLUMN trace BLOB;
   CREATE TABLE verdicts (a TEXT NOT NULL, b TEXT NOT NULL, same INTEGER NOT NULL, reason TEXT NOT NULL, judge TEXT NOT NULL,
     PRIMARY KEY (a, b)) WITHOUT ROWID;
   CREATE INDEX verdicts_b ON verdicts (b);`,
  `CREATE TABLE replay_seen (feedback_id TEXT PRIMARY KEY) WITHOUT ROWID;
   CREATE TABLE replay_moves (feedback_id TEXT PRIMARY KEY, origin TEXT NOT NULL, target TEXT NOT NULL, why TEXT NOT NULL) WITHOUT ROWID;
   CREATE INDEX replay_moves_target ON replay_moves (target);
   CREATE TABLE replay_clusters (id TEXT PRIMARY KEY) WITHOUT ROWID;
   CREATE INDEX vectors_embedder ON vectors (embedder, feedback_id);`,
  `ALTER TABLE vectors ADD COLUMN wording_of TEXT;
   ALTER TABLE vectors ADD COLUMN wording BLOB;
   ALTER TABLE edges ADD COLUMN quoted INTEGER NOT NULL DEFAULT 0;`,
];

const TABLES = [
  "vectors",
  "edges",
  "verdicts",
  "idf_pages",
  "state",
  "spend",
  "replay_seen",
  "replay_moves",
  "replay_clusters",
];

/** Vectors that are read at once when the object wakes: 600 kB, a few milliseconds. */
const VECTOR_PAGE = 200;
const IDF_PAGES = 16;
const PAGE_BUCKETS = IDF_BUCKETS / IDF_PAGES;

/** The project object's SQLite: vectors, edges, document frequencies and its own state. All its SQL lives here. */
export class ObjectTables implements VectorTables {
  constructor(private readonly storage: DurableObjectStorage) {
    storage.sql.exec("CREATE TABLE IF NOT EXISTS migrations (id INTEGER PRIMARY KEY)");
    const [done] = storage.sql
      .exec<{ n: number }>("SELECT count(*) AS n FROM migrations")
      .toArray();
    for (let id = done!.n; id < MIGRATIONS.length; id++) {
      storage.transactionSync(() => {
        storage.sql.exec(MIGRATIONS[id]!);
        storage.sql.exec("INSERT INTO migrations (id) VALUES (?)", id);
      });
    }
  }

  /** Vectors with their edges and the table they were weighed by, in one transaction. */
  saveEmbedded(vectors: StoredVector[], edges: SimilarPair[], idf: IdfTable | null): void {
    this.storage.transactionSync(() => {
      for (const one of vectors) {
        this.forgetPairs(one.feedbackId);
        this.storage.sql.exec(
          "INSERT OR REPLACE INTO vectors VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
          one.feedbackId,
          one.textAt,
          one.embedder,
          one.stackShare,
          one.vector ? bytesOf(one.vector) : null,
          one.features ? bytesOfFeatures(one.features) : null,
          one.trace ? (one.trace.slice().buffer as ArrayBuffer) : null,
          one.wording?.of ?? null,
          one.wording ? (one.wording.keys.slice().buffer as ArrayBuffer) : null,
        );
      }
      for (const { a, b, cosine, quoted } of edges) {
        const [low, high] = a < b ? [a, b] : [b, a];
        this.storage.sql.exec(
          "INSERT OR REPLACE INTO edges VALUES (?, ?, ?, ?)",
          low,
          high,
          cosine,
          quoted ? 1 : 0,
        );
      }
      if (idf) this.saveIdf(idf);
    });
  }

  /** What is stored of these items. */
  vectorsOf(ids: string[]): StoredVector[] {
    return this.storage.sql
      .exec<VectorRow>(
        "SELECT * FROM vectors WHERE feedback_id IN (SELECT value FROM json_each(?))",
        JSON.stringify(ids),
      )
      .toArray()
      .map(toStoredVector);
  }

  *vectorPages(embedder: string, limit: number): Generator<StoredVector[]> {
    let before = "\uffff";
    for (let left = limit; left > 0; left -= VECTOR_PAGE) {
      const page = this.storage.sql
        .exec<VectorRow>(
          `SELECT feedback_id, text_at, embedder, stack_share, vector, NULL AS features, NULL AS trace,
             NULL AS wording_of, NULL AS wording FROM vectors
           WHERE embedder = ? AND feedback_id < ? ORDER BY feedback_id DESC LIMIT ?`,
          embedder,
          before,
          Math.min(left, VECTOR_PAGE),
        )
        .toArray()
        .map(toStoredVector);
      if (page.length === 0) return;
      before = page.at(-1)!.feedbackId;
      yield page;
    }
  }

  /** Every stored pair that one of these items is in. */
  edgesOf(ids: string[]): SimilarPair[] {
    const asked = JSON.stringify(ids);
    return this.storage.sql
      .exec<EdgeRow>(
        `SELECT * FROM edges WHERE a IN (SELECT value FROM json_each(?1))
         UNION SELECT * FROM edges WHERE b IN (SELECT value FROM json_each(?1))`,
        asked,
      )
      .toArray()
      .map(toPair);
  }

  /** Every stored pair of which both items are among these. */
  edgesAmong(ids: string[]): SimilarPair[] {
    return this.storage.sql
      .exec<EdgeRow>(
        `SELECT * FROM edges WHERE a IN (SELECT value FROM json_each(?1))
           AND b IN (SELECT value FROM json_each(?1))`,
        JSON.stringify(ids),
      )
      .toArray()
      .map(toPair);
  }

  /** The ids of all vectors, page by page; each page may be forgotten before the next is asked for. */
  *idPages(size: number): Generator<string[]> {
    for (let after = ""; ;) {
      const ids = this.storage.sql
        .exec<{ feedback_id: string }>(
          "SELECT feedback_id FROM vectors WHERE feedback_id > ? ORDER BY feedback_id LIMIT ?",
          after,
          size,
        )
        .toArray()
        .map((row) => row.feedback_id);
      if (ids.length === 0) return;
      after = ids.at(-1)!;
      yield ids;
    }
  }

  /** What a judge said about pairs; saying it again replaces it. */
  saveVerdicts(judge: string, verdicts: readonly Verdict[]): void {
    this.storage.transactionSync(() => {
      for (const { a, b, same, reason } of verdicts) {
        const [low, high] = a < b ? [a, b] : [b, a];
        this.storage.sql.exec(
          "INSERT OR REPLACE INTO verdicts VALUES (?, ?, ?, ?, ?)",
          low,
          high,
          same ? 1 : 0,
          reason,
          judge,
        );
      }
    });
  }

  /** Verdicts on pairs of which both items are among these. */
  verdictsAmong(ids: string[]): Verdict[] {
    return this.storage.sql
      .exec<{ a: string; b: string; same: number; reason: string }>(
        `SELECT a, b, same, reason FROM verdicts WHERE a IN (SELECT value FROM json_each(?1))
           AND b IN (SELECT value FROM json_each(?1))`,
        JSON.stringify(ids),
      )
      .toArray()
      .map((row) => ({ ...row, same: row.same === 1 }));
  }

  forget(ids: string[]): void {
    this.storage.transactionSync(() => {
      for (const id of ids) {
        this.forgetPairs(id);
        this.storage.sql.exec("DELETE FROM vectors WHERE feedback_id = ?", id);
      }
    });
  }

  /** Takes everything out. (`deleteAll` would take the tables too, under the feet of calls that come meanwhile.) */
  wipe(): void {
    this.storage.transactionSync(() => {
      for (const table of TABLES) this.storage.sql.exec(`DELETE FROM ${table}`);
    });
  }

  loadIdf(): IdfTable {
    const table = emptyIdfTable();
    table.documents = this.read<number>("idf_documents") ?? 0;
    const rows = this.storage.sql.exec<{ page: number; counts: ArrayBuffer }>(
      "SELECT * FROM idf_pages",
    );
    for (const { page, counts } of rows)
      table.buckets.set(new Uint32Array(counts), page * PAGE_BUCKETS);
    return table;
  }

  job(): ActiveJob | null {
    return this.read<ActiveJob>("job");
  }

  setJob(job: ActiveJob | null): void {
    this.write("job", job);
  }

  /** When the oldest announcement came that no job has looked at yet; null when there is none. */
  announcedAt(): number | null {
    return this.read<number>("announced_at");
  }

  /** Notes an announcement. Returns when the oldest came that no job has looked at yet. */
  announce(now: number): number {
    const first = this.announcedAt() ?? now;
    this.write("announced_at", first);
    this.write("announcements", this.announcements() + 1);
    return first;
  }

  /** How many there were: a job that sees another number at its end has missed one. */
  announcements(): number {
    return this.read<number>("announcements") ?? 0;
  }

  /** Until then nobody announces again: an alarm at that time was promised to the caller. */
  promise(until: number): void {
    this.write("promised_until", until);
  }

  promisedUntil(): number {
    return this.read<number>("promised_until") ?? 0;
  }

  clearAnnouncement(): void {
    this.write("announced_at", null);
  }

  projectId(): string | null {
    return this.read<string>("project_id");
  }

  setProjectId(id: string): void {
    if (this.projectId() !== id) this.write("project_id", id);
  }

  spentOn(day: string): number {
    const [row] = this.storage.sql
      .exec<{ micro_usd: number }>("SELECT micro_usd FROM spend WHERE day = ?", day)
      .toArray();
    return row?.micro_usd ?? 0;
  }

  addSpend(day: string, microUsd: number): void {
    this.storage.sql.exec(
      "INSERT INTO spend VALUES (?1, max(0, ?2)) ON CONFLICT (day) DO UPDATE SET micro_usd = max(0, micro_usd + ?2)",
      day,
      microUsd,
    );
  }

  private forgetPairs(id: string): void {
    this.storage.sql.exec("DELETE FROM verdicts WHERE a = ?1 OR b = ?1", id);
    this.storage.sql.exec("DELETE FROM edges WHERE a = ?", id);
    this.storage.sql.exec("DELETE FROM edges WHERE b = ?", id);
  }

  private saveIdf(table: IdfTable): void {
    this.write("idf_documents", table.documents);
    for (let page = 0; page < IDF_PAGES; page++) {
      const counts = table.buckets.slice(page * PAGE_BUCKETS, (page + 1) * PAGE_BUCKETS);
      this.storage.sql.exec("INSERT OR REPLACE INTO idf_pages VALUES (?, ?)", page, counts.buffer);
    }
  }

  private read<T>(key: string): T | null {
    const [row] = this.storage.sql
      .exec<{ value: string }>("SELECT value FROM state WHERE key = ?", key)
      .toArray();
    return row ? (JSON.parse(row.value) as T) : null;
  }

  private write(key: string, value: unknown): void {
    if (value === null) this.storage.sql.exec("DELETE FROM state WHERE key = ?", key);
    else
      this.storage.sql.exec(
        "INSERT OR REPLACE INTO state VALUES (?, ?)",
        key,
        JSON.stringify(value),
      );
  }
}

type VectorRow = {
  feedback_id: string;
  text_at: number;
  embedder: string;
  stack_share: number;
  vector: ArrayBuffer | null;
  features: ArrayBuffer | null;
  trace: ArrayBuffer | null;
  wording_of: Wording["of"] | null;
  wording: ArrayBuffer | null;
};

type EdgeRow = { a: string; b: string; cosine: number; quoted: number };

function toPair({ a, b, cosine, quoted }: EdgeRow): SimilarPair {
  return quoted === 1 ? { a, b, cosine, quoted: true } : { a, b, cosine };
}

function toStoredVector(row: VectorRow): StoredVector {
  return {
    feedbackId: row.feedback_id,
    textAt: row.text_at,
    embedder: row.embedder,
    stackShare: row.stack_share,
    vector: row.vector ? new Float32Array(row.vector) : null,
    features: row.features ? featuresOf(row.features) : null,
    trace: row.trace ? new Uint32Array(row.trace) : null,
    wording:
      row.wording && row.wording_of
        ? { of: row.wording_of, keys: new Uint32Array(row.wording) }
        : null,
  };
}

function bytesOf(vector: Float32Array): ArrayBuffer {
  return vector.slice().buffer as ArrayBuffer;
}

/** All keys, then all weights, four bytes each. */
function bytesOfFeatures({ keys, weights }: SparseFeatures): ArrayBuffer {
  const bytes = new ArrayBuffer(8 * keys.length);
  new Uint32Array(bytes, 0, keys.length).set(keys);
  new Float32Array(bytes, 4 * keys.length).set(weights);
  return bytes;
}

function featuresOf(bytes: ArrayBuffer): SparseFeatures {
  const count = bytes.byteLength / 8;
  return { keys: new Uint32Array(bytes, 0, count), weights: new Float32Array(bytes, 4 * count) };
}
