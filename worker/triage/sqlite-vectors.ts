import type { SimilarPair } from "./assignment";
import type { SparseFeatures } from "./embedders/embedder";
import type { IdfTable } from "./embedders/lexical/idf";
import { emptyIdfTable, IDF_BUCKETS } from "./embedders/lexical/idf";
import type { Verdict } from "./grey-problem";
import { StateTable } from "./state-table";
import type { StoredVector, VectorTables } from "./vector-tables";
import type { Wording } from "./wording";

/** Vectors that are read at once when the object wakes: 600 kB, a few milliseconds. */
const VECTOR_PAGE = 200;
const IDF_PAGES = 16;
const PAGE_BUCKETS = IDF_BUCKETS / IDF_PAGES;

/** Vectors, their near pairs, verdicts on them, and the word counts that weighed them, in the project object's SQLite. */
export class SqliteVectors implements VectorTables {
  private readonly state: StateTable;

  constructor(private readonly storage: DurableObjectStorage) {
    this.state = new StateTable(storage.sql);
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

  loadIdf(): IdfTable {
    const table = emptyIdfTable();
    table.documents = this.state.read<number>("idf_documents") ?? 0;
    const rows = this.storage.sql.exec<{ page: number; counts: ArrayBuffer }>(
      "SELECT * FROM idf_pages",
    );
    for (const { page, counts } of rows)
      table.buckets.set(new Uint32Array(counts), page * PAGE_BUCKETS);
    return table;
  }

  private forgetPairs(id: string): void {
    this.storage.sql.exec("DELETE FROM verdicts WHERE a = ?1 OR b = ?1", id);
    this.storage.sql.exec("DELETE FROM edges WHERE a = ?", id);
    this.storage.sql.exec("DELETE FROM edges WHERE b = ?", id);
  }

  private saveIdf(table: IdfTable): void {
    this.state.write("idf_documents", table.documents);
    for (let page = 0; page < IDF_PAGES; page++) {
      const counts = table.buckets.slice(page * PAGE_BUCKETS, (page + 1) * PAGE_BUCKETS);
      this.storage.sql.exec("INSERT OR REPLACE INTO idf_pages VALUES (?, ?)", page, counts.buffer);
    }
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
