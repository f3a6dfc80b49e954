import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { call, makeProject, untilClustered, type TestProject } from "../../builders/api";
import type { ClusterListItem, OperationView } from "../../../worker/triage/views";

const INVOICE = ["Invoice PDF is empty", "Empty invoice PDF", "Invoice PDF download is empty"];
const LOGIN = ["Login page hangs", "Login page hangs forever", "The login page hangs"];

async function add(project: TestProject, titles: readonly string[]): Promise<string[]> {
  const body = titles.map((title) => ({ title, body: `${title}, every time I try it.` }));
  const { json } = await call("POST", "/feedback", { token: project.token, body });
  const { items, id } = json as unknown as { items?: { id: string }[]; id?: string };
  await untilClustered(project);
  return items?.map((item) => item.id) ?? [id!];
}

async function clusters(project: TestProject): Promise<ClusterListItem[]> {
  const { json } = await call("GET", "/clusters?limit=100", { token: project.token });
  return (json as unknown as { items: ClusterListItem[] }).items;
}

async function places(): Promise<Record<string, string>> {
  const { results } = await env.DB.prepare("SELECT id, cluster_id FROM feedback").all<{
    id: string;
    cluster_id: string;
  }>();
  return Object.fromEntries(results.map((row) => [row.id, row.cluster_id]));
}

/** Of each report's ledger rows the newest: where it is, if the ledger is true. */
async function placesByLedger(): Promise<Record<string, string>> {
  const { results } = await env.DB.prepare(
    `SELECT feedback_id AS id, cluster_id FROM grouping_decisions AS row WHERE revision =
      (SELECT max(revision) FROM grouping_decisions WHERE feedback_id = row.feedback_id)`,
  ).all<{ id: string; cluster_id: string }>();
  return Object.fromEntries(results.map((row) => [row.id, row.cluster_id]));
}

async function act(project: TestProject, path: string, body: unknown = {}) {
  const { status, json } = await call("POST", path, { token: project.token, body });
  return { status, op: json as unknown as OperationView, code: json["code"] as unknown };
}

async function again(project: TestProject): Promise<void> {
  await env.DB.prepare("UPDATE feedback SET unclustered = 1").run();
  await call("POST", "/cluster-jobs", { token: project.token });
  await untilClustered(project);
}

async function twoProblems() {
  const project = await makeProject();
  const invoice = await add(project, INVOICE);
  const login = await add(project, LOGIN);
  const at = await places();
  return { project, invoice, login, a: at[invoice[0]!]!, b: at[login[0]!]! };
}

describe("the ledger", () => {
  it("merges two clusters, keeps them so over a job, and undoes it exactly", async () => {
    const { project, a, b } = await twoProblems();
    const before = await places();
    expect(new Set(Object.values(before)).size).toBe(2);
    const { status, op } = await act(project, `/clusters/${a}/merge`, { into: b });
    expect(status).toBe(200);
    expect(op).toMatchObject({ kind: "merge", reports: 3 });
    expect((await clusters(project)).map((one) => one.count)).toEqual([6]);
    await again(project);
    expect(new Set(Object.values(await places()))).toEqual(new Set([b]));
    expect(await placesByLedger()).toEqual(await places());
    const undone = await act(project, `/operations/${op.id}/undo`);
    expect(undone.status).toBe(200);
    expect(await places()).toEqual(before);
    expect((await act(project, `/operations/${op.id}/undo`)).status).toBe(409);
    await again(project);
    expect(await places()).toEqual(before);
    expect(await placesByLedger()).toEqual(before);
  });
});
