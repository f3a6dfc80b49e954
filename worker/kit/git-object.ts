/** The id that git gives a file's content: SHA-1 (40 digits) or, in a SHA-256 repository, SHA-256 (64), over its header and bytes. */
export async function blobId(content: Uint8Array, digits = 40): Promise<string> {
  const header = new TextEncoder().encode(`blob ${content.byteLength}\0`);
  const whole = new Uint8Array(header.byteLength + content.byteLength);
  whole.set(header);
  whole.set(content, header.byteLength);
  return hex(await crypto.subtle.digest(digits === 64 ? "SHA-256" : "SHA-1", whole));
}

export async function sha256Hex(bytes: Uint8Array): Promise<string> {
  return hex(await crypto.subtle.digest("SHA-256", bytes.slice().buffer));
}

function hex(digest: ArrayBuffer): string {
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
