const HMAC_SHA256 = { name: "HMAC", hash: "SHA-256" } as const;

/** HMAC-SHA256 (RFC 2104) of `bytes`, as 64 lower-case hexadecimal digits. Throws on an empty secret. */
export async function hmacSha256Hex(secret: string, bytes: Uint8Array): Promise<string> {
  const key = await importSecret(secret, "sign");
  const mac = await crypto.subtle.sign(HMAC_SHA256.name, key, copyOf(bytes));
  return Array.from(new Uint8Array(mac), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Whether `signature` (hexadecimal, without prefix) is the HMAC-SHA256 of exactly these bytes under one of the secrets;
 * two are valid at once while one is being rotated. The comparison is the platform's, in constant time. Every secret is
 * tried, so that the time does not tell which one fits. Garbage, no secret and empty secrets answer false; never throws.
 */
export async function verifyHmacSha256(input: {
  secrets: string[];
  body: Uint8Array;
  signature: string;
}): Promise<boolean> {
  const signature = bytesOfHex(input.signature);
  if (!signature) return false;
  const body = copyOf(input.body);
  let valid = false;
  for (const secret of input.secrets) {
    if (!secret) continue;
    const key = await importSecret(secret, "verify");
    if (await crypto.subtle.verify(HMAC_SHA256.name, key, signature, body)) valid = true;
  }
  return valid;
}

async function importSecret(secret: string, use: "sign" | "verify"): Promise<CryptoKey> {
  if (!secret) throw new Error("An HMAC secret must not be empty.");
  return crypto.subtle.importKey("raw", new TextEncoder().encode(secret), HMAC_SHA256, false, [
    use,
  ]);
}

/** The 32 bytes of a SHA-256 in hexadecimal digits, or null. */
function bytesOfHex(text: string): Uint8Array<ArrayBuffer> | null {
  if (!/^[0-9a-f]{64}$/i.test(text)) return null;
  return Uint8Array.from({ length: 32 }, (_, i) =>
    Number.parseInt(text.slice(i * 2, i * 2 + 2), 16),
  );
}

/** Web Crypto does not take views on shared memory, which the type of `bytes` allows. */
function copyOf(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}
