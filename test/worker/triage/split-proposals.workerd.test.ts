import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { call, makeProject, untilClustered, type TestProject } from "../../builders/api";
import { add, INVOICE, LOGIN, places } from "../../builders/grouping";
import type { OperationView, ProposalView } from "../../../worker/triage/views";

async function act(project: TestProject, path: string) {
  const { status, json } = await call("POST", path, { token: project.token });
  return { status, op: json as unknown as OperationView };
}

async function proposals(project: TestProject): Promise<ProposalView[]> {
  const { json } = await call("GET", "/proposals", { token: project.token });
  return (json as unknown as { items: ProposalView[] }).items;
}

/** A person's cluster about invoices in which two reports about the login are, as an older version may have left it. */
async function mixed() {
  const project = await makeProject();
  const invoice = await add(project, INVOICE.slice(0, 2));
  const login = await add(project, LOGIN.slice(0, 2));
  const at = await places();
  const cluster = at[invoice[0]!]!;
  await env.DB.prepare("UPDATE feedback SET cluster_id = ?").bind(cluster).run();
  await env.DB.prepare("UPDATE clusters SET item_count = 4, touched_at = 1 WHERE id = ?")
    .bind(cluster)
    .run();
  // One more report: the cluster changes, and a job looks at it.
  const [more] = await add(project, INVOICE.slice(2));
  expect((await places())[more!]).toBe(cluster);
  return { project, cluster, invoice: [...invoice, more!], login: login.sort() };
}

describe("a proposal to split", () => {
  it("comes with the job, with its reasons, and is one operation when it is accepted", async () => {
    const { project, cluster, invoice, login } = await mixed();
    const [proposal, ...others] = await proposals(project);
    expect(others).toEqual([]);
    expect(proposal).toMatchObject({
      kind: "split",
      cluster_id: cluster,
      into_id: null,
      status: "open",
      reasons: { threshold: 0.72, report_count: 2 },
    });
    expect(proposal!.reasons.similarity).toBeLessThan(0.72);
    expect(proposal!.reasons.reports.map((one) => one.feedback_id)).toEqual(login);
    const before = await places();
    const { status, op } = await act(project, `/proposals/${proposal!.id}/accept`);
    expect({ status, kind: op.kind, reports: op.reports }).toEqual({
      status: 200,
      kind: "split",
      reports: 2,
    });
    const after = await places();
    for (const id of login) expect(after[id]).toBe(op.created_cluster_id);
    for (const id of invoice) expect(after[id]).toBe(cluster);
    expect((await act(project, `/proposals/${proposal!.id}/accept`)).status).toBe(409);
    expect((await act(project, `/operations/${op.id}/undo`)).status).toBe(200);
    expect(await places()).toEqual(before);
    await untilClustered(project);
    expect(await proposals(project)).toEqual([]);
  });

  it("is gone when a person has moved what it names", async () => {
    const { project, login } = await mixed();
    const [proposal] = await proposals(project);
    for (const id of login) await act(project, `/feedback/${id}/remove`);
    expect(await proposals(project)).toEqual([]);
    expect((await act(project, `/proposals/${proposal!.id}/accept`)).status).toBe(409);
  });

  it("does not come back when a person said no", async () => {
    const { project, cluster } = await mixed();
    const [proposal] = await proposals(project);
    expect((await act(project, `/proposals/${proposal!.id}/dismiss`)).status).toBe(200);
    const [more] = await add(project, ["Invoice PDF is an empty file"]);
    expect((await places())[more!]).toBe(cluster);
    expect(await proposals(project)).toEqual([]);
    const path = `/clusters/${cluster}/cohesion`;
    const { json } = await call("GET", path, { token: project.token });
    expect(json["splits"]).toEqual([]);
  });
});
