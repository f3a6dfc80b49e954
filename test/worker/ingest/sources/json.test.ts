import { describe, expect, it } from "vitest";
import { boundJson, parseJsonBody } from "../../../../worker/ingest/sources/json";

const bytes = (text: string) => new TextEncoder().encode(text);

describe("parseJsonBody", () => {
  it("drops prototype keys, also those that cleaning would make", () => {
    const value = parseJsonBody(
      bytes('{"__proto__": {"x": 1}, "__pro\\u0000to__": 2, "a": {"__proto__": 3}}'),
    );
    expect(value).toEqual({ a: {} });
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });

  it("cleans every text and key", () => {
    expect(parseJsonBody(bytes('{"k\\u0001": ["a\\u0000\\ud800", 1]}'))).toEqual({
      k: ["a\uFFFD", 1],
    });
  });

  it("replaces bytes that are no UTF-8, and skips a byte order mark", () => {
    expect(parseJsonBody(new Uint8Array([0xef, 0xbb, 0xbf, 0x22, 0xff, 0x22]))).toBe("\uFFFD");
  });

  it.each(["", "{", "undefined", "{'a': 1}"])("refuses %j", (text) => {
    expect(() => parseJsonBody(bytes(text))).toThrow(
      expect.objectContaining({ code: "malformed_body" }),
    );
  });
});

describe("boundJson", () => {
  it("leaves out what is too deep or too much", () => {
    let deep: unknown = "bottom";
    for (let i = 0; i < 60; i++) deep = [deep];
    expect(JSON.stringify(boundJson(deep))).toBe(`${"[".repeat(40)}null${"]".repeat(40)}`);
    expect(boundJson(Array.from({ length: 150_000 }, () => 1))).toHaveLength(100_000);
  });
});
