import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decompress } from "../../../worker/kit/decompress";

const LIMIT = 1_000_000;
const PACKERS: [string, (bytes: Uint8Array) => Uint8Array][] = [
  ["gzip", gzipSync],
  ["deflate", deflateSync],
  ["deflate", deflateRawSync],
  ["br", brotliCompressSync],
  ["identity", (bytes) => bytes],
  ["", (bytes) => bytes],
  ["GZIP, br", (bytes) => brotliCompressSync(gzipSync(bytes))],
];

describe("decompress", () => {
  it.each(PACKERS)("undoes %s", (encoding, pack) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => {
        const unpacked = decompress(pack(bytes), encoding, LIMIT);
        expect(unpacked.ok && [...unpacked.bytes]).toEqual([...bytes]);
      }),
      { numRuns: 30 },
    );
  });

  it.each(PACKERS)("never unpacks more than the limit (%s)", (encoding, pack) => {
    const bomb = pack(new Uint8Array(5_000_000));
    expect(decompress(bomb, encoding, LIMIT)).toEqual({ ok: false, fault: "too_large" });
  });

  it("names what it cannot undo, and never throws", () => {
    expect(decompress(new Uint8Array(3), "zstd", LIMIT)).toMatchObject({
      fault: "unknown_encoding",
    });
    expect(decompress(new Uint8Array(3), "__proto__", LIMIT)).toMatchObject({
      fault: "unknown_encoding",
    });
    expect(decompress(new Uint8Array(3), "gzip, gzip, gzip", LIMIT)).toMatchObject({
      fault: "unknown_encoding",
    });
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.constantFrom("gzip", "deflate", "br"),
        (bytes, encoding) => {
          const unpacked = decompress(bytes, encoding, LIMIT);
          expect(unpacked.ok ? "ok" : unpacked.fault).toMatch(/^(?:ok|corrupt|too_large)$/);
        },
      ),
    );
  });
});
