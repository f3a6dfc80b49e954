import { createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hmacSha256Hex, verifyHmacSha256 } from "../../../worker/kit/signing";

const body = new TextEncoder().encode('{"b": 1, "a": "ü"}');

describe("hmacSha256Hex", () => {
  it("answers as another implementation does", async () => {
    const expected = createHmac("sha256", "s3cret").update(body).digest("hex");
    expect(await hmacSha256Hex("s3cret", body)).toBe(expected);
  });

  it("answers as RFC 4231, test case 2", async () => {
    const data = new TextEncoder().encode("what do ya want for nothing?");
    expect(await hmacSha256Hex("Jefe", data)).toBe(
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    );
  });
});

describe("verifyHmacSha256", () => {
  it("accepts either secret while one is being rotated, in either letter case", async () => {
    const signature = await hmacSha256Hex("old", body);
    for (const secrets of [["old"], ["new", "old"], ["old", "new"]]) {
      expect(await verifyHmacSha256({ secrets, body, signature })).toBe(true);
    }
    expect(
      await verifyHmacSha256({ secrets: ["old"], body, signature: signature.toUpperCase() }),
    ).toBe(true);
  });

  it("refuses a wrong secret, another body, no secret and an empty one", async () => {
    const signature = await hmacSha256Hex("old", body);
    expect(await verifyHmacSha256({ secrets: ["new"], body, signature })).toBe(false);
    expect(await verifyHmacSha256({ secrets: [], body, signature })).toBe(false);
    expect(await verifyHmacSha256({ secrets: [""], body, signature })).toBe(false);
    const cut = body.slice(0, -1);
    expect(await verifyHmacSha256({ secrets: ["old"], body: cut, signature })).toBe(false);
  });

  it("verifies an empty body, which is signed as nothing", async () => {
    const empty = new Uint8Array();
    const signature = createHmac("sha256", "s").update("").digest("hex");
    expect(await verifyHmacSha256({ secrets: ["s"], body: empty, signature })).toBe(true);
  });

  it("answers false, and never throws, for a signature that is garbage", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary" }), async (signature) => {
        expect(await verifyHmacSha256({ secrets: ["s"], body, signature })).toBe(false);
      }),
    );
  });

  it("refuses a signature of which one digit is changed", async () => {
    const good = await hmacSha256Hex("s", body);
    await fc.assert(
      fc.asyncProperty(fc.nat(63), fc.integer({ min: 1, max: 15 }), async (at, by) => {
        const digit = ((Number.parseInt(good[at]!, 16) + by) % 16).toString(16);
        const signature = good.slice(0, at) + digit + good.slice(at + 1);
        expect(await verifyHmacSha256({ secrets: ["s"], body, signature })).toBe(false);
      }),
    );
  });
});
