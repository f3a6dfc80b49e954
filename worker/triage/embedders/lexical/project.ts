import { EMBEDDING_DIMENSIONS } from "../../../domain/grouping";
import { normalise } from "../../vectors/dot";
import type { Embedding, SparseFeatures } from "../embedder";
import type { CountedFeature } from "./counts";
import { mix } from "./hash";
import { inverseFrequency, type IdfTable } from "./idf";

/** Each feature goes to this many places with a sign each: the noise of one collision is spread thin. */
const HASHES = 8;
/** Added to the IDF of text, so that a word of every report still counts. */
const TEXT_FLOOR = 2;
/**
 * In stacks the rare frames matter more than in prose: IDF to the power 1.5, scaled so that a trace inside a text weighs
 * about as much as it would unpowered.
 */
const STACK_POWER = 1.5;
const STACK_SCALE = 0.4;
const STACK_FLOOR = 0.8;
/**
 * Features kept for the second look: the heaviest. 2.5 kB a report, and as good as all of them on every set tried. Common
 * words help the hashed vector against its own noise, but not here, so the floor is lower.
 */
export const KEPT_FEATURES = 640;
const KEPT_FLOOR = 1;

/**
 * Weighs features by IDF and hashes them, signed, into `EMBEDDING_DIMENSIONS` (Weinberger et al. 2009, "Feature hashing for
 * large scale multitask learning", with k hashes a feature). `vector` is `null` for a report without features.
 */
export function project(
  features: readonly CountedFeature[],
  table: IdfTable,
): Omit<Embedding, "id"> {
  const vector = new Float32Array(EMBEDDING_DIMENSIONS);
  const weights = new Float32Array(features.length);
  let squared = 0;
  let fromStack = 0;
  features.forEach((feature, i) => {
    const weight = weightOf(feature, table, TEXT_FLOOR);
    weights[i] = weightOf(feature, table, KEPT_FLOOR);
    squared += weight * weight;
    fromStack += weight * weight * feature.stackPart;
    scatter(vector, feature.key, weight);
  });
  return {
    vector: normalise(vector),
    stackShare: squared > 0 ? fromStack / squared : 0,
    features: heaviest(features, weights),
  };
}

function weightOf(
  { key, weight, stackPart }: CountedFeature,
  table: IdfTable,
  textFloor: number,
): number {
  const idf = inverseFrequency(table, key);
  const asText = idf + textFloor;
  if (stackPart === 0) return weight * asText;
  const asStack = STACK_SCALE * idf ** STACK_POWER + STACK_FLOOR;
  return weight * ((1 - stackPart) * asText + stackPart * asStack);
}

function scatter(vector: Float32Array, key: number, weight: number): void {
  let state = key;
  for (let j = 0; j < HASHES; j++) {
    state = (state + 0x9e3779b9) >>> 0;
    const hash = mix(state);
    // The upper 31 bits choose the place, the lowest the sign.
    const place = Math.floor(((hash >>> 1) / 0x80000000) * EMBEDDING_DIMENSIONS);
    vector[place] = vector[place]! + ((hash & 1) === 0 ? weight : -weight);
  }
}

/** The heaviest features by ascending key, at unit length together. */
function heaviest(features: readonly CountedFeature[], weights: Float32Array): SparseFeatures {
  const order = [...weights.keys()];
  if (order.length > KEPT_FEATURES) order.sort((i, j) => weights[j]! - weights[i]! || i - j);
  const kept = order.slice(0, KEPT_FEATURES).sort((i, j) => i - j);
  const values = Float32Array.from(kept, (i) => weights[i]!);
  return {
    keys: Uint32Array.from(kept, (i) => features[i]!.key),
    weights: normalise(values) ?? values,
  };
}
