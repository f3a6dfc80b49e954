import { describe, expect, it } from "vitest";
import { contentSecurityPolicy, hardened } from "../../../web/app/lib/security-headers";

const PAGE = new URL("https://dash.example/p/1");

describe("the headers of every reply", () => {
  it("admit only scripts with the nonce, and no inline style", () => {
    const policy = contentSecurityPolicy("n0nce", PAGE);
    expect(policy).toContain("script-src 'self' 'nonce-n0nce'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain("connect-src 'self' wss://dash.example");
    expect(policy).not.toContain("unsafe");
  });

  it("close what sets no policy of its own, and keep a page's policy", () => {
    expect(hardened(new Response("x"), PAGE).headers.get("content-security-policy")).toBe(
      "default-src 'none'; frame-ancestors 'none'",
    );
    const page = new Response("x", { headers: { "content-security-policy": "mine" } });
    expect(hardened(page, PAGE).headers.get("content-security-policy")).toBe("mine");
  });

  it("keep pages of signed-in people out of caches, and out of frames", () => {
    const { headers } = hardened(new Response("x"), PAGE);
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("x-frame-options")).toBe("DENY");
    expect(headers.get("strict-transport-security")).toContain("max-age");
  });

  it("let forms carry their Origin: the policy is not no-referrer", () => {
    expect(hardened(new Response("x"), PAGE).headers.get("referrer-policy")).toBe("same-origin");
  });

  it("keep status and cookies", () => {
    const reply = new Response(null, { status: 302, headers: { location: "/" } });
    reply.headers.append("set-cookie", "a=1");
    reply.headers.append("set-cookie", "b=2");
    const out = hardened(reply, PAGE);
    expect(out.status).toBe(302);
    expect(out.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
  });
});
