import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { backOffMs } from "../../../web/app/features/live/back-off";
import { eventOf, isLogPage } from "../../../web/app/features/runs/run-message";
import { onRequest } from "../../../web/functions/live/[[path]]";

describe("the wait before a socket comes back", () => {
  it("grows, stays between a quarter of a second and 15 seconds", () => {
    fc.assert(
      fc.property(fc.nat(5_000), fc.double({ min: 0, max: 1, noNaN: true }), (failures, chance) => {
        const wait = backOffMs(failures, chance);
        expect(wait).toBeGreaterThanOrEqual(250);
        expect(wait).toBeLessThanOrEqual(15_000);
        expect(backOffMs(failures + 1, chance)).toBeGreaterThanOrEqual(wait);
      }),
    );
  });
});

describe("messages of a run's socket", () => {
  const good = {
    seq: 1,
    at: "2026-11-20T12:00:00Z",
    level: 1,
    stage: "agent",
    kind: "info",
    text: "x",
  };

  it("carry one event", () => {
    expect(eventOf({ event: good })).toEqual(good);
  });

  it("are dropped when they are anything else", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(eventOf(value)).toBeNull();
      }),
    );
    expect(eventOf({ event: { ...good, level: 4 } })).toBeNull();
    expect(eventOf({ event: { ...good, text: { html: "<b>" } } })).toBeNull();
  });

  it("know a page of the log from other JSON", () => {
    expect(isLogPage({ events: [good], next_from: 2, ended: false })).toBe(true);
    expect(isLogPage({ events: [{}], next_from: 2, ended: false })).toBe(false);
    expect(isLogPage(null)).toBe(false);
  });
});

describe("the way of sockets to the API", () => {
  function knock(path: string, headers: Record<string, string>) {
    const asked: { url: string; headers: Headers }[] = [];
    const API = {
      fetch: async (url: string, init: RequestInit) => {
        asked.push({ url, headers: new Headers(init.headers) });
        return new Response("switched");
      },
    };
    const request = new Request(`http://127.0.0.1:8788${path}`, { headers });
    const context = { request, env: { API } } as unknown as Parameters<typeof onRequest>[0];
    return { asked, reply: Promise.resolve(onRequest(context)) };
  }

  const upgrade = {
    upgrade: "websocket",
    cookie: "soulcaster=scs_1",
    origin: "http://127.0.0.1:8788",
  };

  it("passes an upgrade on with its cookie, its Origin and its query, and nothing else", async () => {
    const headers = { ...upgrade, authorization: "Bearer stolen", "x-forwarded-for": "1.2.3.4" };
    const { asked, reply } = knock("/live/projects/1/jobs/2/live?from=7", headers);
    await reply;
    expect(asked[0]?.url).toBe("http://api/projects/1/jobs/2/live?from=7");
    expect(Object.fromEntries(asked[0]!.headers)).toEqual(upgrade);
  });

  it("answers 426 to anything but an upgrade, without asking the API", async () => {
    const { asked, reply } = knock("/live/projects/1/live", { cookie: "soulcaster=scs_1" });
    expect((await reply).status).toBe(426);
    expect(asked).toEqual([]);
  });

  it.each(["/live/sessions", "/live/me", "/live//projects/1", "/live/projects/../me"])(
    "does not lead to %s",
    async (path) => {
      const { asked, reply } = knock(path, upgrade);
      expect((await reply).status).toBe(404);
      expect(asked).toEqual([]);
    },
  );
});
