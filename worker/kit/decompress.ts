import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from "node:zlib";

export type Decompressed =
  | { ok: true; bytes: Uint8Array }
  | { ok: false; fault: "too_large" | "corrupt" | "unknown_encoding" };

type Decoder = (bytes: Uint8Array, options: { maxOutputLength: number }) => Uint8Array;

/** RFC 9110 §8.4.1. `deflate` is zlib's format; some clients send the raw stream under that name. */
const DECODERS: Record<string, Decoder> = {
  gzip: gunzipSync,
  "x-gzip": gunzipSync,
  deflate: (bytes, options) => {
    try {
      return inflateSync(bytes, options);
    } catch (error) {
      if (isTooLarge(error)) throw error;
      return inflateRawSync(bytes, options);
    }
  },
  br: brotliDecompressSync,
};

/** More encodings than this on top of each other are made, not sent. */
const LAYERS_LIMIT = 2;

/**
 * Undoes a `Content-Encoding` (`gzip`, `deflate`, `br`, `identity`, or a list of them; absent: nothing is done). No more
 * than `limit` bytes are ever unpacked, so a small body cannot fill the memory. Never throws.
 */
export function decompress(
  bytes: Uint8Array,
  encoding: string | null | undefined,
  limit: number,
): Decompressed {
  const layers = (encoding ?? "")
    .split(",")
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "" && name !== "identity");
  if (layers.length > LAYERS_LIMIT) return { ok: false, fault: "unknown_encoding" };
  let unpacked = bytes;
  for (const name of layers.reverse()) {
    const decoder = Object.hasOwn(DECODERS, name) ? DECODERS[name] : undefined;
    if (!decoder) return { ok: false, fault: "unknown_encoding" };
    try {
      unpacked = decoder(unpacked, { maxOutputLength: limit });
    } catch (error) {
      return { ok: false, fault: isTooLarge(error) ? "too_large" : "corrupt" };
    }
  }
  if (unpacked.byteLength > limit) return { ok: false, fault: "too_large" };
  return { ok: true, bytes: unpacked };
}

/** Node says `ERR_BUFFER_TOO_LARGE`, workerd "Memory limit exceeded": both as a RangeError. */
function isTooLarge(error: unknown): boolean {
  return error instanceof RangeError;
}
