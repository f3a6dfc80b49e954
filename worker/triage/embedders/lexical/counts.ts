import { featureKey, type Block } from "./hash";

/** How much each block counts, beside IDF. Chosen on public duplicate sets with test/eval. */
export const BLOCK_WEIGHT = {
  word: 1,
  whole: 0.5,
  bigram: 0.4,
  gram: 0.3,
  frame: 1,
  container: 0.5,
  packagePath: 0.5,
  prefix: 0.25,
  errorType: 1,
} as const satisfies Record<Block, number>;

/** Where an occurrence was read: in what people write, or in a stack trace. */
export type Origin = "text" | "stack";

type Count = { block: Block; text: number; stack: number };

/** One feature of a report: its weight without IDF, and the part (0 to 1) of its occurrences that are in stack traces. */
export type CountedFeature = { key: number; weight: number; stackPart: number };

/** Counts the occurrences of features while a report is read. */
export class FeatureCounts {
  private readonly counts = new Map<number, Count>();

  add(block: Block, text: string, times: number, origin: Origin): void {
    this.addKey(block, featureKey(block, text), times, origin);
  }

  /** Pieces of three and four characters inside `^word$`. */
  addGrams(word: string, times: number): void {
    const framed = `^${word}$`;
    for (let size = 3; size <= 4; size++) {
      for (let i = 0; i + size <= framed.length; i++) {
        this.addKey("gram", featureKey("gram", framed, i, i + size), times, "text");
      }
    }
  }

  /** The features, by ascending key. */
  weighed(): CountedFeature[] {
    const keys = Uint32Array.from(this.counts.keys()).sort();
    return Array.from(keys, (key) => {
      const { block, text, stack } = this.counts.get(key)!;
      const tf = text + stack;
      return { key, weight: BLOCK_WEIGHT[block] * sublinear(tf), stackPart: stack / tf };
    });
  }

  private addKey(block: Block, key: number, times: number, origin: Origin): void {
    const count = this.counts.get(key);
    if (count) count[origin] += times;
    else this.counts.set(key, { block, text: 0, stack: 0, [origin]: times });
  }
}

/** `1 + ln tf` from one occurrence on, and tf itself below. */
function sublinear(tf: number): number {
  return tf >= 1 ? 1 + Math.log(tf) : tf;
}
