import { describe, expect, it } from "vitest";
import { action } from "../../../web/app/routes/report";
import { fakeApi, outcome, problem, submit } from "../fake-api";

const params = { projectId: "p1", reportId: "r1" };
const OTHER = "01a1fea2-2dc3-7057-84a6-8d9fa8617196";

async function act(of: string, answer: Response | Record<string, unknown>) {
  const { calls, context } = fakeApi({ "POST /projects/p1/feedback/r1/duplicate": answer });
  const request = submit("/p/p1/reports/r1", { of });
  return { calls, ...outcome(await action({ request, context, params })) };
}

describe("marking a report as a duplicate", () => {
  it.each([OTHER, `http://127.0.0.1:8788/p/p1/reports/${OTHER}`])(
    "takes %s, and leads to the cluster's history with the way back",
    async (typed) => {
      const { calls, location } = await act(typed, { clusters: ["from", "to"] });
      expect(calls[0]?.json).toEqual({ of: OTHER });
      expect(location).toBe("/p/p1/clusters/to/history");
    },
  );

  it("shows why the API refused", async () => {
    const { status, body } = await act("r1", problem(409, "conflict", "The report itself."));
    expect(status).toBe(409);
    expect(body).toMatchObject({ problem: { code: "conflict" } });
  });
});
