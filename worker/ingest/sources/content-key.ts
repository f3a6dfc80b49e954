/**
 * Sixteen hexadecimal digits that are the same for the same bytes (two runs of FNV-1a, 32 bits each, over different
 * offsets). A stand-in id for reports that carry none, so that a repeated delivery is one item. It is no proof against
 * somebody who looks for collisions: such reports come signed, from one source, into one project.
 */
export function contentKey(bytes: Uint8Array): string {
  let a = 0x811c9dc5;
  let b = 0x811c9dc5 ^ bytes.length;
  for (const byte of bytes) {
    a = Math.imul(a ^ byte, 0x01000193);
    b = Math.imul(b ^ (byte + 0x5b), 0x01000193);
  }
  return [a, b].map((half) => (half >>> 0).toString(16).padStart(8, "0")).join("");
}
