import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  beginSession,
  mayHoldSession,
  rememberReturn,
  returnPathOf,
  samePlace,
  sessionOf,
} from "../../../web/app/lib/session.server";

const HTTPS = new URL("https://dash.example/x");
const LOOPBACK = new URL("http://127.0.0.1:8788/x");

describe("the session cookie", () => {
  it("is host-bound and secure on https", () => {
    const cookie = beginSession(HTTPS, "scs_1", "2026-12-01T00:00:00.000Z");
    expect(cookie).toBe(
      "__Host-soulcaster=scs_1; Path=/; HttpOnly; SameSite=Lax; Secure; Expires=Tue, 01 Dec 2026 00:00:00 GMT",
    );
  });

  it("is plain but closed to scripts on loopback", () => {
    const cookie = beginSession(LOOPBACK, "scs_1", "2026-12-01T00:00:00.000Z");
    expect(cookie).toContain("soulcaster=scs_1; Path=/; HttpOnly; SameSite=Lax;");
    expect(cookie).not.toContain("Secure");
  });

  it.each([
    ["https://dash.example", true],
    ["http://127.0.0.1:8788", true],
    ["http://localhost:8788", true],
    ["http://[::1]:8788", true],
    ["http://192.168.1.4:8788", false],
    ["http://127.0.0.1.evil.example", false],
    ["http://localhost.evil.example", false],
  ])("may be held on %s: %s", (address, allowed) => {
    expect(mayHoldSession(new URL(address))).toBe(allowed);
  });

  it("is read by its whole name only", () => {
    const headers = { cookie: "xsoulcaster=1; soulcaster_theme=dark; soulcaster=scs_2" };
    expect(sessionOf(new Request(LOOPBACK, { headers }))).toBe("scs_2");
    expect(sessionOf(new Request(LOOPBACK, { headers: { cookie: "soulcaster=" } }))).toBeNull();
  });
});

describe("the way back after signing in", () => {
  it("is the remembered page with its query", () => {
    const wanted = new URL("http://127.0.0.1:8788/p/1/clusters?status=new");
    const pair = rememberReturn(wanted).split(";")[0]!;
    expect(returnPathOf(new Request(LOOPBACK, { headers: { cookie: pair } }))).toBe(
      "/p/1/clusters?status=new",
    );
  });

  it.each([
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "/\t/evil.example",
    "javascript:alert(1)",
    "",
  ])("is the start page for %j", (path) => {
    expect(samePlace(path, LOOPBACK)).toBe("/");
  });

  it("never leaves the origin, whatever the cookie says", () => {
    const begins = fc.constantFrom("", "/", "//", "/\\", "https://", "/\t/", "\\\\");
    fc.assert(
      fc.property(begins, fc.string(), (begin, rest) => {
        const target = new URL(samePlace(begin + rest, LOOPBACK), LOOPBACK);
        expect(target.origin).toBe(LOOPBACK.origin);
      }),
    );
  });

  it("survives a cookie that cannot be decoded", () => {
    const headers = { cookie: "soulcaster_return=%E0%A4%A" };
    expect(returnPathOf(new Request(LOOPBACK, { headers }))).toBe("/");
  });
});
