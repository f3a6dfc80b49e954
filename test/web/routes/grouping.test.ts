import { createElement } from "react";
import { createMemoryRouter, RouterProvider } from "react-router-dom";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import type { WhatIfView } from "../../../web/app/api.server";
import { WhatIfResult } from "../../../web/app/features/grouping/what-if-result";
import { action, loader } from "../../../web/app/routes/grouping";
import { fakeApi, outcome, problem, submit, visit } from "../fake-api";

const params = { projectId: "p1" };

async function act(fields: Record<string, string>, answers: Parameters<typeof fakeApi>[0]) {
  const { calls, context } = fakeApi(answers);
  const request = submit("/p/p1/grouping", fields);
  return { calls, ...outcome(await action({ request, context, params })) };
}

const SEEN: WhatIfView = {
  id: "w1",
  status: "succeeded",
  error: null,
  threshold: 0.8,
  method: "agglomerative",
  progress: { done: 9, total: 9 },
  created_at: "2026-11-21T12:00:00.000Z",
  finished_at: "2026-11-21T12:00:01.000Z",
  result: {
    clusters_before: 3,
    clusters_after: 2,
    reports_moved: 2,
    merges: {
      total: 1,
      items: [
        {
          into: { id: "a", title: "Empty invoice", reports: 5 },
          clusters: [
            { id: "a", title: "Empty invoice", reports: 3 },
            { id: "b", title: "<script>alert(1)</script>", reports: 2 },
          ],
        },
      ],
    },
    splits: { total: 0, items: [] },
    human: {
      together: 4,
      apart: 1,
      precision: 0.75,
      recall: null,
      contradicted: 1,
      contradictions: [
        {
          operation_id: "o1",
          said: "apart",
          pairs: 1,
          feedback_id: "f1",
          title: "Login hangs",
          other_id: "f2",
          other_title: null,
        },
      ],
    },
    pairs_missing: false,
    applied_by: null,
  },
};

function shown(preview: WhatIfView, mayApply: boolean): string {
  const page = createElement(WhatIfResult, { preview, base: "/p/p1", mayCancel: true, mayApply });
  const router = createMemoryRouter([{ path: "/", element: page }]);
  return renderToStaticMarkup(createElement(RouterProvider, { router }));
}

describe("grouping", () => {
  it("previews a line and leads to what it finds", async () => {
    const { calls, location } = await act(
      { intent: "preview", threshold: "0.8", method: "centroid" },
      { "POST /projects/p1/what-ifs": { id: "w1" } },
    );
    expect(calls[0]?.json).toEqual({ threshold: 0.8, method: "centroid" });
    expect(location).toBe("/p/p1/grouping?preview=w1");
  });

  it("applies a preview, offers to undo it, and groups everything anew", async () => {
    const applied = await act(
      { intent: "apply", id: "w1" },
      { "POST /projects/p1/what-ifs/w1/apply": { id: "o1" } },
    );
    expect(applied.location).toBe("/p/p1/grouping?applied=o1");
    const undone = await act(
      { intent: "undo", id: "o1" },
      { "POST /projects/p1/operations/o1/undo": { id: "o2" } },
    );
    expect(undone.location).toBe("/p/p1/grouping");
    const anew = await act(
      { intent: "recluster" },
      { "POST /projects/p1/cluster-jobs": { id: "j1" } },
    );
    expect(anew.calls[0]?.json).toEqual({ kind: "recluster" });
    expect(anew.location).toBe("/p/p1/grouping?job=j1");
    const embed = await act(
      { intent: "reembed" },
      { "POST /projects/p1/cluster-jobs": { id: "j2" } },
    );
    expect(embed.calls[0]?.json).toEqual({ kind: "reembed" });
    const cancelled = await act(
      { intent: "cancel", id: "j2" },
      { "PATCH /projects/p1/cluster-jobs/j2": { id: "j2", status: "cancelled" } },
    );
    expect(cancelled.calls[0]?.json).toEqual({ status: "cancelled" });
    expect(cancelled.location).toBe("/p/p1/grouping");
  });

  it("shows the API's refusal", async () => {
    const { body, status } = await act(
      { intent: "apply", id: "w1" },
      {
        "POST /projects/p1/what-ifs/w1/apply": problem(409, "conflict", "A newer preview …"),
      },
    );
    expect(status).toBe(409);
    expect(body).toMatchObject({ problem: { code: "conflict" } });
  });

  it("loads the preview of the address, and none that is gone", async () => {
    const status = { embedder: "lexical:2", read_by_others: 0 };
    const { context } = fakeApi({
      "GET /projects/p1/what-ifs/w1": { ...SEEN },
      "GET /projects/p1/clustering/status": status,
    });
    const load = (query: string) =>
      loader({ request: visit(`/p/p1/grouping${query}`), context, params });
    expect((await load("?preview=w1")).seen).toMatchObject({ id: "w1" });
    expect((await load("?preview=gone")).seen).toBeNull();
    expect(await load("")).toEqual({ status, seen: null, job: null, applied: null });
  });

  it("shows merges, what people said otherwise, and hostile titles as text", () => {
    const html = shown(SEEN, true);
    expect(html).toContain("0.80");
    expect(html).toContain("precision");
    expect(html).toContain("People said apart");
    expect(html).toContain("&lt;script&gt;");
    expect(html).toContain('value="apply"');
    expect(shown(SEEN, false)).not.toContain('value="apply"');
    expect(shown({ ...SEEN, result: null, status: "running" }, true)).toContain("9 of 9 reports");
    expect(shown({ ...SEEN, result: null, status: "cancelled" }, true)).toContain("cancelled");
  });
});
