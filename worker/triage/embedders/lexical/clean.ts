/** What is dropped from the words of a report. The order matters: addresses go before the ids inside them. */
const NOISE: readonly RegExp[] = [
  /<!--[\s\S]*?(?:-->|$)/g,
  /^[ \t]*[-*][ \t]+\[[ xX]\].*$/gm,
  /!\[[^\]\n]{0,200}\]\([^)\n]{0,1000}\)/g,
  /<img\b[^>\n]{0,1000}>/gi,
  /\b(?:https?|ftp|hdfs|file|s3|wss?):\/\/[^\s<>"'`)\]}]+/gi,
  /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi,
  /\b0x[0-9a-f]{2,}\b/gi,
  /\b(?=[a-f]{0,63}\d)(?=\d{0,63}[a-f])[0-9a-f]{7,64}\b/gi,
  /\b\d{4}[-/]\d{1,2}[-/]\d{1,2}(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?Z?(?:[+-]\d{2}:?\d{2})?)?/g,
  /\b\d{1,2}:\d{2}:\d{2}(?:[.,]\d+)?\b/g,
  /\bv?\d+\.\d+(?:\.\d+)*(?:[-+][\w.]+)?\b/g,
];

/**
 * Removes what differs between two tellings of one problem, or what every report of a tracker shares: HTML comments
 * and checklists (issue templates), images, addresses, UUIDs, hashes, hex numbers, times, dotted versions. Bare numbers stay.
 */
export function cleanWords(text: string): string {
  let cleaned = text;
  for (const pattern of NOISE) cleaned = cleaned.replace(pattern, " ");
  return cleaned;
}
