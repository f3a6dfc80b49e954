import { describe, expect, it } from "vitest";
import { action } from "../../../web/app/routes/import-batch";
import { importCurl } from "../../../web/app/features/sources/curl";
import { fakeApi, problem, thrownReply, visit, DASHBOARD } from "../fake-api";

const POST = "POST /projects/p1/feedback";

function send(body: unknown, answers: Parameters<typeof fakeApi>[0]) {
  const { calls, context } = fakeApi(answers);
  const request = visit("/p/p1/reports/import/batch", {
    method: "POST",
    headers: {
      origin: DASHBOARD,
      "content-type": "application/json",
      "idempotency-key": "import-1-0",
    },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return { calls, act: () => action({ request, context, params: { projectId: "p1" } }) };
}

describe("a batch of the import", () => {
  it("goes to the API under its own key, and each item is answered for", async () => {
    const results = [
      { index: 0, status: "created", id: "f1", external_id: "1" },
      { index: 1, status: "duplicate", id: "f0", external_id: "2" },
      {
        index: 2,
        status: "refused",
        id: null,
        external_id: null,
        errors: [{ path: "body", message: "title or body must have text" }],
      },
    ];
    const items = [{ title: "a" }, { title: "b" }, { metadata: { plan: "pro" } }];
    const { calls, act } = send({ items }, { [POST]: { id: "f1", created: 1, results } });
    expect(await (await act()).json()).toEqual({
      results: [
        { status: "created", reason: null },
        { status: "duplicate", reason: null },
        { status: "refused", reason: "body: title or body must have text" },
      ],
    });
    expect(calls[0]?.json).toEqual({ items });
    expect(calls[0]?.headers.get("idempotency-key")).toBe("import-1-0");
    expect(calls[0]?.headers.get("origin")).toBe(DASHBOARD);
  });

  it("hands a refusal on, with the time to wait", async () => {
    const refused = problem(429, "rate_limited", "Slower.");
    refused.headers.set("retry-after", "7");
    const reply = await thrownReply(send({ items: [{ title: "a" }] }, { [POST]: refused }).act);
    expect(reply.status).toBe(429);
    expect(reply.headers.get("retry-after")).toBe("7");
    expect(await reply.json()).toMatchObject({ code: "rate_limited", detail: "Slower." });
  });

  it("is 1 to 500 items, or refused before the API hears of it", async () => {
    const many = Array.from({ length: 501 }, () => ({ title: "a" }));
    for (const body of ["no json", {}, { items: [] }, { items: ["text"] }, { items: many }]) {
      const { calls, act } = send(body, {});
      expect((await act()).status).toBe(400);
      expect(calls).toHaveLength(0);
    }
  });
});

describe("the command beside the import", () => {
  it("sends a list that the API takes at once", () => {
    const curl = importCurl("https://api.example", "p1");
    expect(curl).toContain("head -n 1000 reports.jsonl");
    expect(curl).toContain("https://api.example/projects/p1/feedback");
  });
});
