/**
 * Blocks of features. Each block is hashed with its own seed, so that the word "run" and the frame "run" are two
 * features; the seed is part of the format of stored vectors.
 */
export const BLOCKS = {
  word: 0x1b873593,
  whole: 0x2545f491,
  bigram: 0x3c6ef372,
  gram: 0x4f1bbcdc,
  frame: 0x5be0cd19,
  container: 0x6a09e667,
  packagePath: 0x7137449b,
  prefix: 0x0b5c0fbc,
  errorType: 0x0f1f83d9,
} as const;
export type Block = keyof typeof BLOCKS;
/** Of keys that are no features: what a text may quote. */
const QUOTATION = 0x510e527f;

/** The 32-bit key of a feature: FNV-1a over UTF-16 units from the block's seed, then the murmur3 finaliser. */
export function featureKey(block: Block, text: string, from = 0, to = text.length): number {
  return seededKey(BLOCKS[block], text, from, to);
}

/** The key of a piece of text that may be quoted, in the same way. */
export function quotationKey(text: string): number {
  return seededKey(QUOTATION, text, 0, text.length);
}

function seededKey(seed: number, text: string, from: number, to: number): number {
  let hash = 0x811c9dc5 ^ seed;
  for (let i = from; i < to; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return mix(hash);
}

/** The 32-bit finaliser of murmur3: every input bit changes every output bit with probability near one half. */
export function mix(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
