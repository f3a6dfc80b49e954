import { ForeignError } from "../../kit/foreign-error";
import type { NearItem, VectorIndex } from "./vector-index";

/** Vectorize allows this many vectors in one write from a Worker. */
const WRITE_LIMIT = 1000;
const QUERY_LIMIT = 100;

/**
 * Cloudflare Vectorize: 768 dimensions, cosine, unscaled vectors, a namespace per project and embedder version. Ids are
 * the reports' own. Inserts become visible after some seconds.
 */
export function createVectorizeIndex(binding: Vectorize, namespace: string): VectorIndex {
  return {
    async upsert(items) {
      for (let i = 0; i < items.length; i += WRITE_LIMIT) {
        const part = items.slice(i, i + WRITE_LIMIT);
        await guarded(() =>
          binding.upsert(
            part.map(({ feedbackId, vector }) => ({
              id: feedbackId,
              values: [...vector],
              namespace,
            })),
          ),
        );
      }
    },
    async query(vector, limit): Promise<NearItem[]> {
      const topK = Math.min(limit, QUERY_LIMIT);
      const found = await guarded(() => binding.query([...vector], { topK, namespace }));
      return found.matches.map((match) => ({ feedbackId: match.id, cosine: match.score }));
    },
    async remove(feedbackIds) {
      if (feedbackIds.length > 0) await guarded(() => binding.deleteByIds(feedbackIds));
    },
  };
}

async function guarded<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    throw new ForeignError("unavailable", "Vectorize failed", { cause });
  }
}
