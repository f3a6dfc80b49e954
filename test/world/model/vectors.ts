/** How much a word and a piece of a word count. Pieces make inflected and misspelt words near. */
const WORD_WEIGHT = 1;
const PIECE_WEIGHT = 0.4;
const PIECE = 3;
/** Shortened vectors of `gemini-embedding-001` are not of unit length: whoever forgets to normalise shall notice. */
const LENGTH = 0.7;

/**
 * A vector from a text by feature hashing (Weinberger et al. 2009): words and their letter trigrams, each added with a sign
 * of its own at a place of its own. The same text gives the same vector, and texts that share words are near.
 */
export function vectorOf(text: string, dimensions: number): number[] {
  const vector = Array.from({ length: dimensions }, () => 0);
  function add(feature: string, weight: number): void {
    const hash = fnv1a(feature);
    vector[(hash >>> 1) % dimensions]! += hash & 1 ? weight : -weight;
  }
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []) {
    add(`w:${word}`, WORD_WEIGHT);
    const framed = `^${word}$`;
    for (let at = 0; at + PIECE <= framed.length; at++) {
      add(`p:${framed.slice(at, at + PIECE)}`, PIECE_WEIGHT);
    }
  }
  const length = Math.hypot(...vector);
  if (length === 0) return vector.fill(LENGTH / Math.sqrt(dimensions));
  return vector.map((value) => (value / length) * LENGTH);
}

/** FNV-1a, 32 bits (RFC 9923), with the last bits mixed since the lowest one becomes the sign. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}
