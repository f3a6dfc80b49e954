import { letOthers } from "../kit/turns";
import { traceOf } from "../domain/fingerprint";
import type { FeedbackRow } from "../store/feedback";
import type { SimilarPair } from "./assignment";
import type { Anchors, Embedder } from "./embedders/embedder";
import type { Verdict } from "./grey-problem";
import type { IdfTable } from "./embedders/lexical/idf";
import type { StoredVector, VectorTables } from "./vector-tables";
import { areTextAndStack, pairLine, QUOTE_EASE } from "./threshold";
import { isQuotation, wordingOf } from "./wording";
import { LocalIndex } from "./vectors/local-index";
import type { VectorIndex } from "./vectors/vector-index";

/** Pairs are kept down to this user-facing similarity, so that lowering the threshold to here needs no new comparison. */
export const KEPT_SIMILARITY = 0.6;
/** Nearest items that are kept whatever their similarity: the ledger shows them. */
const ALWAYS_KEPT = 5;
/** At most this many pairs of one item: enough for the same labels (measured), and a storm of twins stays linear. */
const KEPT_PAIRS = 20;
/** Vectors held in memory (3 kB each); what is beyond is searched in the outside index. */
export const HOT_VECTORS = 12_000;
const OUTSIDE_CANDIDATES = 50;
/** Searches through all held vectors before others get their turn: a millisecond each at most. */
const SEARCHED_A_TURN = 5;

/** A report that has just been embedded. */
type Fresh = Omit<StoredVector, "embedder">;

/**
 * What the project's object knows of who resembles whom: its own vectors (exact), and an outside index beyond its size.
 * `idf` is the lexical embedder's table, saved with the vectors that it weighed.
 */
export class Neighbourhood {
  private constructor(
    private readonly tables: VectorTables,
    private readonly hot: LocalIndex,
    private readonly shares: Map<string, number>,
    private readonly embedderKey: string,
    private readonly anchors: Anchors,
    private readonly outside: VectorIndex | null,
  ) {}

  static async open(
    tables: VectorTables,
    embedder: Embedder,
    outside: VectorIndex | null,
  ): Promise<Neighbourhood> {
    const hot = new LocalIndex();
    const shares = new Map<string, number>();
    const key = embedderKeyOf(embedder);
    for (const page of tables.vectorPages(key, HOT_VECTORS)) {
      for (const { feedbackId, vector, stackShare } of page) {
        if (vector) await hot.upsert([{ feedbackId, vector }]);
        shares.set(feedbackId, stackShare);
      }
      await letOthers();
    }
    return new Neighbourhood(tables, hot, shares, key, embedder.anchors, outside);
  }

  /** Ids among these whose present text is embedded already. */
  embedded(rows: { id: string; updatedAt: number }[]): Set<string> {
    const stored = new Map(
      this.tables.vectorsOf(rows.map((row) => row.id)).map((v) => [v.feedbackId, v]),
    );
    return new Set(
      rows
        .filter((row) => {
          const one = stored.get(row.id);
          return one?.textAt === row.updatedAt && one.embedder === this.embedderKey;
        })
        .map((row) => row.id),
    );
  }

  /** Stores vectors and their near pairs, at once with the table that has weighed them. */
  async add(vectors: Fresh[], idf: IdfTable | null): Promise<void> {
    const edges: SimilarPair[] = [];
    for (const [i, one] of vectors.entries()) {
      if (i % SEARCHED_A_TURN === 0) await letOthers();
      await this.hot.remove([one.feedbackId]);
      this.shares.set(one.feedbackId, one.stackShare);
      if (!one.vector) continue;
      edges.push(...this.withQuotations(one, await this.pairsOf(one), vectors));
      await this.hot.upsert([{ feedbackId: one.feedbackId, vector: one.vector }]);
    }
    const rows = vectors.map((one) => ({ ...one, embedder: this.embedderKey }));
    await letOthers();
    this.tables.saveEmbedded(rows, edges, idf);
    const upserts = vectors.flatMap(({ feedbackId, vector }) =>
      vector ? { feedbackId, vector } : [],
    );
    await this.outside?.upsert(upserts);
  }

  /** How many vectors are in memory. */
  get size(): number {
    return this.hot.size;
  }

  async forget(ids: string[]): Promise<void> {
    await this.hot.remove(ids);
    this.tables.forget(ids);
    await this.outside?.remove(ids);
  }

  /** The items that have a pair with one of these above a user-facing similarity, the nearest first, without these themselves. */
  near(ids: string[], similarity: number, anchors: Anchors): string[] {
    const asked = new Set(ids);
    const found = new Map<string, number>();
    for (const { a, b, cosine, quoted } of this.tables.edgesOf(ids)) {
      const shares: [number, number] = [this.shares.get(a) ?? 0, this.shares.get(b) ?? 0];
      const above = (cosine * (quoted ? QUOTE_EASE : 1)) / pairLine(similarity, shares, anchors);
      if (above <= 1 - 1e-6) continue;
      for (const id of [a, b]) {
        if (!asked.has(id)) found.set(id, Math.max(above, found.get(id) ?? 0));
      }
    }
    return [...found].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).map(([id]) => id);
  }

  verdictsAmong(ids: string[]): Verdict[] {
    return this.tables.verdictsAmong(ids);
  }

  vectorsOf(ids: string[]): Map<string, StoredVector> {
    const own = this.tables.vectorsOf(ids).filter((one) => one.embedder === this.embedderKey);
    return new Map(own.map((one) => [one.feedbackId, one]));
  }

  pairsAmong(ids: string[]): SimilarPair[] {
    return this.tables.edgesAmong(ids);
  }

  private async pairsOf({ feedbackId: id, vector, stackShare }: Fresh): Promise<SimilarPair[]> {
    if (!vector) return [];
    const near = this.hot.nearest(vector, KEPT_PAIRS, 0);
    if (this.outside && this.hot.size >= HOT_VECTORS) {
      const known = new Set(near.map((one) => one.feedbackId));
      const others = await this.outside.query(vector, OUTSIDE_CANDIDATES);
      near.push(...others.filter((one) => one.feedbackId !== id && !known.has(one.feedbackId)));
    }
    return near
      .filter(({ feedbackId, cosine }, rank) => {
        const shares: [number, number] = [stackShare, this.shares.get(feedbackId) ?? 0];
        return rank < ALWAYS_KEPT || cosine > pairLine(KEPT_SIMILARITY, shares, this.anchors);
      })
      .map(({ feedbackId, cosine }) => ({ a: id, b: feedbackId, cosine }));
  }

  /** Marks the pairs of a text and a crash in which one quotes the other. `fresh` are not in the tables yet. */
  private withQuotations(one: Fresh, pairs: SimilarPair[], fresh: readonly Fresh[]): SimilarPair[] {
    const mixed = pairs.filter(({ b }) => areTextAndStack(one.stackShare, this.shares.get(b) ?? 0));
    if (mixed.length === 0 || !one.wording) return pairs;
    const stored = this.tables.vectorsOf(mixed.map(({ b }) => b));
    const wordings = new Map([...stored, ...fresh].map((row) => [row.feedbackId, row.wording]));
    const quoted = new Set(
      mixed.filter(({ b }) => isQuotation(one.wording, wordings.get(b) ?? null)),
    );
    return pairs.map((pair) => (quoted.has(pair) ? { ...pair, quoted: true } : pair));
  }
}

export function embedderKeyOf(embedder: Embedder): string {
  return `${embedder.name}:${embedder.version}`;
}

type EmbedDeps = { embedder: Embedder; neighbourhood: Neighbourhood; idf: IdfTable | null };

/**
 * Embeds the items of a batch that are not embedded yet. Returns how many have nothing to embed (they are placed alone, or
 * by fingerprint). Throws what the embedder throws: the job then tries again later, and
 * what was embedded by then is found.
 */
export async function embedBatch(deps: EmbedDeps, rows: FeedbackRow[]): Promise<number> {
  const done = deps.neighbourhood.embedded(rows);
  const fresh = rows.filter((row) => !done.has(row.id));
  let withoutVector = 0;
  for (let from = 0; from < fresh.length; from += deps.embedder.atOnce) {
    withoutVector += await embedPart(deps, fresh.slice(from, from + deps.embedder.atOnce));
  }
  return withoutVector;
}

async function embedPart(deps: EmbedDeps, rows: FeedbackRow[]): Promise<number> {
  const embeddings = await deps.embedder.embed(
    rows.map((row) => ({
      id: row.id,
      title: row.title,
      body: row.body,
      crash: row.metadata.crash ?? null,
    })),
  );
  await deps.neighbourhood.add(
    embeddings.map((one, i) => ({
      feedbackId: one.id,
      textAt: rows[i]!.updatedAt,
      stackShare: one.stackShare,
      vector: one.vector,
      features: one.features ?? null,
      trace: traceOf(rows[i]!.metadata.crash),
      wording: wordingOf({ ...rows[i]!, crash: rows[i]!.metadata.crash }),
    })),
    deps.idf,
  );
  return embeddings.filter((one) => one.vector === null).length;
}
