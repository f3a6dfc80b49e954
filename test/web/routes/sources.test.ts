import { describe, expect, it } from "vitest";
import { action } from "../../../web/app/routes/sources";
import { manualCurl, apiAddressOf } from "../../../web/app/features/sources/curl";
import { fakeApi, outcome, problem, submit } from "../fake-api";

const API = "/projects/p1/sources";
const MADE = { id: "s1", name: "Shop", secret: "made-by-the-api" };

async function act(fields: Record<string, string>, answers: Parameters<typeof fakeApi>[0]) {
  const { calls, context } = fakeApi(answers);
  const request = submit("/p/p1/sources", fields);
  return { calls, ...outcome(await action({ request, context, params: { projectId: "p1" } })) };
}

describe("sources", () => {
  it("show a new secret once", async () => {
    const fields = { intent: "add", kind: "github", name: "Shop", secret: "" };
    const { calls, body } = await act(fields, { [`POST ${API}`]: MADE });
    expect(calls[0]?.json).toEqual({ kind: "github", name: "Shop" });
    expect(body).toMatchObject({ made: { name: "Shop", secret: "made-by-the-api" } });
  });

  it("do not show a secret that the person brought along", async () => {
    const fields = { intent: "add", kind: "sentry", name: "Shop", secret: "brought-along-secret" };
    const { body } = await act(fields, { [`POST ${API}`]: MADE });
    expect(JSON.stringify(body)).not.toContain("secret");
  });

  it("say which report a test event made", async () => {
    const { body } = await act(
      { intent: "test", source: "s1" },
      { [`POST ${API}/s1/test`]: { feedback_id: "f7" } },
    );
    expect(body).toMatchObject({ tested: { source: "s1", feedbackId: "f7" } });
  });

  it("keep the page when removing is refused", async () => {
    const { body, status } = await act(
      { intent: "remove", source: "s1" },
      { [`DELETE ${API}/s1`]: problem(403, "forbidden", "This needs the right project:admin.") },
    );
    expect(status).toBe(403);
    expect(body).toMatchObject({ problem: { code: "forbidden" } });
  });

  it("tell the command that adds a report at the API's own address", () => {
    const api = apiAddressOf([{ webhook_url: "https://api.example/ingest/sentry/1" }]);
    expect(manualCurl(api!, "p1")).toContain(
      "curl -X POST https://api.example/projects/p1/feedback",
    );
    expect(apiAddressOf([])).toBeNull();
  });
});
