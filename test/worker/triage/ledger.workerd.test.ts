import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { openDb } from "../../../worker/store/db";
import { listLinks } from "../../../worker/store/operations";
import { PersonLinks } from "../../../worker/triage/person-links";
import { wakeClusters } from "../../../worker/triage/wake-clusters";
import { call, makeProject, untilClustered, type TestProject } from "../../builders/api";
import { add, INVOICE, LOGIN, places, placesByLedger } from "../../builders/grouping";
import type { ClusterListItem, OperationView } from "../../../worker/triage/views";

async function clusters(project: TestProject): Promise<ClusterListItem[]> {
  const { json } = await call("GET", "/clusters?limit=100", { token: project.token });
  return (json as unknown as { items: ClusterListItem[] }).items;
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

  it("splits, and no later job joins again what was parted, nor does a removal come back", async () => {
    const { project, invoice, a } = await twoProblems();
    const before = await places();
    const split = await act(project, `/clusters/${a}/split`, { feedback_ids: [invoice[0]] });
    expect(split.op).toMatchObject({ kind: "split", reports: 1 });
    const own = split.op.created_cluster_id!;
    await again(project);
    expect((await places())[invoice[0]!]).toBe(own);
    const removed = await act(project, `/feedback/${invoice[1]}/remove`);
    expect(removed.status).toBe(200);
    await untilClustered(project);
    await again(project);
    const now = await places();
    expect(now[invoice[1]!]).not.toBe(a);
    expect(now[invoice[2]!]).toBe(a);
    expect((await act(project, `/operations/${split.op.id}/undo`)).status).toBe(200);
    expect((await act(project, `/operations/${removed.op.id}/undo`)).status).toBe(200);
    expect(await places()).toEqual(before);
    expect(await placesByLedger()).toEqual(before);
    const { json } = await call("GET", `/clusters/${own}`, { token: project.token });
    expect(json).toMatchObject({ merged_into: a });
  });

  it("refuses what makes no sense, with a reason, and changes nothing", async () => {
    const { project, invoice, login, a, b } = await twoProblems();
    const before = await places();
    const moved = await act(project, `/feedback/${invoice[0]}/move`, { cluster_id: b });
    const merged = await act(project, `/clusters/${b}/merge`, { into: a });
    for (const [path, body] of [
      [`/operations/${moved.op.id}/undo`, {}],
      [`/clusters/${a}/merge`, { into: a }],
      [`/clusters/${a}/merge`, { into: b }],
      [`/clusters/${b}/split`, { feedback_ids: [login[0]] }],
      [`/clusters/${a}/split`, { feedback_ids: [...invoice, ...login] }],
      [`/feedback/${login[0]}/move`, { cluster_id: b }],
      [`/feedback/${login[0]}/duplicate`, { of: login[0] }],
    ] as const) {
      expect(await act(project, path, body), path).toMatchObject({ status: 409, code: "conflict" });
    }
    expect((await act(project, `/operations/${merged.op.id}/undo`)).status).toBe(200);
    expect((await act(project, `/operations/${moved.op.id}/undo`)).status).toBe(200);
    expect(await places()).toEqual(before);
  });

  it("links duplicates to roots only, and moves them along with their root", async () => {
    const { project, invoice, login, a, b } = await twoProblems();
    await act(project, `/feedback/${invoice[1]}/duplicate`, { of: invoice[0] });
    await act(project, `/feedback/${login[0]}/duplicate`, { of: invoice[1] });
    const roots = async () => {
      const { results } = await env.DB.prepare(
        "SELECT id, duplicate_of AS root FROM feedback",
      ).all<{
        id: string;
        root: string | null;
      }>();
      return Object.fromEntries(results.map((row) => [row.id, row.root]));
    };
    expect(await roots()).toMatchObject({
      [invoice[0]!]: null,
      [invoice[1]!]: invoice[0],
      [login[0]!]: invoice[0],
    });
    expect((await act(project, `/feedback/${invoice[0]}/duplicate`, { of: login[0] })).status).toBe(
      409,
    );
    await act(project, `/feedback/${invoice[0]}/move`, { cluster_id: b });
    const now = await places();
    expect([invoice[0]!, invoice[1]!, login[0]!].map((id) => now[id])).toEqual([b, b, b]);
    expect(now[invoice[2]!]).toBe(a);
  });

  it("refuses to merge a cluster while a fix is at work on it", async () => {
    const { project, a, b } = await twoProblems();
    await env.DB.prepare(
      `INSERT INTO runs (id, project_id, cluster_id, plan_id, runner, status, attempt, started_by, heartbeat_at,
        created_at, updated_at) VALUES ('run', ?, ?, 'plan', 'repair_rules', 'waiting', 1, 'user:x', 1, 1, 1)`,
    )
      .bind(project.projectId, a)
      .run();
    expect((await act(project, `/clusters/${a}/merge`, { into: b })).status).toBe(409);
    expect((await act(project, `/clusters/${b}/merge`, { into: a })).status).toBe(409);
    await env.DB.prepare("UPDATE runs SET status = 'failed'").run();
    expect((await act(project, `/clusters/${a}/merge`, { into: b })).status).toBe(200);
    const { json } = await call("GET", `/jobs?cluster_id=${b}`, { token: project.token });
    expect((json["items"] as unknown as { id: string }[]).map((run) => run.id)).toEqual(["run"]);
    expect((await call("GET", `/clusters/${b}`, { token: project.token })).json).toMatchObject({
      merged_clusters: [{ id: a }],
    });
    expect((await act(project, `/clusters/${a}/start_fix`)).status).toBe(409);
  });

  it("proposes what a person's cluster stood against, once, and does it when it is accepted", async () => {
    const { project, invoice, a } = await twoProblems();
    await call("PATCH", `/clusters/${a}`, { token: project.token, body: { severity: "high" } });
    const removed = await act(project, `/feedback/${invoice[0]}/remove`);
    await untilClustered(project);
    const none = await call("GET", "/proposals", { token: project.token });
    expect(none.json["items"]).toEqual([]);
    await act(project, `/operations/${removed.op.id}/undo`);
    // Another cluster of the same problem, as if it had been there before anything was known about pairs.
    await env.DB.prepare(
      "UPDATE feedback SET cluster_id = (SELECT merged.id FROM clusters AS merged WHERE merged.merged_into = ?1) WHERE id = ?2",
    )
      .bind(a, invoice[0])
      .run();
    await env.DB.prepare("UPDATE clusters SET merged_into = NULL, item_count = 1").run();
    await env.DB.prepare("DELETE FROM grouping_links").run();
    await again(project);
    await again(project);
    const { json } = await call("GET", `/proposals?cluster_id=${a}`, { token: project.token });
    const [proposal, ...others] = json["items"] as unknown as {
      id: string;
      reasons: { similarity: number; nearest: unknown[] };
    }[];
    expect(others).toEqual([]);
    expect(proposal!.reasons.similarity).toBeGreaterThan(0.72);
    expect(proposal!.reasons.nearest.length).toBeGreaterThan(0);
    expect((await act(project, `/proposals/${proposal!.id}/accept`)).status).toBe(200);
    expect((await act(project, `/proposals/${proposal!.id}/accept`)).status).toBe(409);
    expect((await places())[invoice[0]!]).toBe(a);
  });

  it("never overwrites a title that a person wrote, and wakes an ignored cluster up in time", async () => {
    const { project, invoice, a } = await twoProblems();
    const body = {
      title: "Invoices are blank",
      labels: ["billing"],
      ignore: { reason: "known", until_reports: 1 },
    };
    const changed = await call("PATCH", `/clusters/${a}`, { token: project.token, body });
    expect(changed.status).toBe(200);
    const read = async () => (await call("GET", `/clusters/${a}`, { token: project.token })).json;
    expect(await read()).toMatchObject({
      title: "Invoices are blank",
      status: "ignored",
      labels: ["billing"],
      ignore: { reason: "known", until_reports: 4 },
    });
    await env.DB.prepare("UPDATE clusters SET summarised_count = 0").run();
    await add(project, ["Invoice PDF is empty again", "Invoice PDF is empty still"]);
    expect((await places())[invoice[0]!]).toBe(a);
    expect(await read()).toMatchObject({
      title: "Invoices are blank",
      status: "new",
      ignore: null,
    });
    const past = { ignore: { reason: "later", until: "2001-01-01T00:00:00Z" } };
    expect(
      (await call("PATCH", `/clusters/${a}`, { token: project.token, body: past })).status,
    ).toBe(400);
    const { op } = await (async () => {
      const until = new Date(Date.now() + 60_000).toISOString();
      const { json } = await call("PATCH", `/clusters/${a}`, {
        token: project.token,
        body: { ignore: { reason: "later", until } },
      });
      return { op: json as unknown as OperationView };
    })();
    await env.DB.prepare("UPDATE clusters SET ignore_until = 1 WHERE id = ?").bind(a).run();
    await wakeClusters({ db: openDb(env.DB), clock: Date.now });
    expect(await read()).toMatchObject({ status: "new", ignore: null });
    expect((await act(project, `/operations/${op.id}/undo`)).status).toBe(409);
  });

  it("answers a repeated request with the same Idempotency-Key from what it did the first time", async () => {
    const { project, a, b } = await twoProblems();
    const ask = () =>
      call("POST", `/clusters/${a}/merge`, {
        token: project.token,
        body: { into: b },
        headers: { "idempotency-key": "merge-once" },
      });
    const [first, second] = [await ask(), await ask()];
    expect(second.json).toEqual(first.json);
    expect((await env.DB.prepare("SELECT count(*) AS n FROM operations").first())!["n"]).toBe(1);
  });

  it("stays true over a random history of changes and jobs", async () => {
    const { project, invoice, login } = await twoProblems();
    const all = [...invoice, ...login];
    const done: OperationView[] = [];
    let seed = 20_261;
    // Lehmer's generator: the same history each time.
    const chance = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below;
    for (let turn = 0; turn < 36; turn++) {
      const at = await places();
      const id = all[chance(all.length)]!;
      const other = all[chance(all.length)]!;
      const asks: [string, unknown][] = [
        [`/clusters/${at[id]}/merge`, { into: at[other] }],
        [`/clusters/${at[id]}/split`, { feedback_ids: [id] }],
        [`/clusters/${at[id]}/split`, { feedback_ids: [id] }],
        [`/feedback/${id}/move`, { cluster_id: at[other] }],
        [`/feedback/${id}/remove`, {}],
        [`/feedback/${id}/duplicate`, { of: other }],
        [`/operations/${done[chance(Math.max(1, done.length))]?.id ?? id}/undo`, {}],
      ];
      const [path, body] = asks[chance(asks.length)]!;
      const { status, op } = await act(project, path, body);
      expect([200, 404, 409], `${path}`).toContain(status);
      if (status === 200 && op.kind !== "undo") done.push(op);
      if (status !== 200) expect(await places()).toEqual(at);
      if (turn % 6 === 5) {
        const before = await holds(all);
        await again(project);
        // Whatever persons said holds after a job over the same items.
        for (const [pair, kind] of before) expect((await holds(all)).get(pair)).toBe(kind);
      }
      expect(await placesByLedger()).toEqual(await places());
    }
    expect(done.length).toBeGreaterThan(8);
  });
});

/** The pairs about which persons have said something, each with what is the case; fails where the two differ. */
async function holds(ids: readonly string[]): Promise<Map<string, string>> {
  const at = await places();
  const rows = await listLinks(openDb(env.DB), (await projectId())!, [...ids], 100_000);
  const links = new PersonLinks(rows);
  const found = new Map<string, string>();
  for (const [i, a] of ids.entries()) {
    for (const b of ids.slice(i + 1)) {
      const held = links.between(a, b);
      if (!held) continue;
      expect(at[a] === at[b], `${held.kind} ${a} ${b}`).toBe(held.kind === "must");
      found.set(`${a} ${b}`, held.kind);
    }
  }
  return found;
}

async function projectId(): Promise<string | undefined> {
  return (await env.DB.prepare("SELECT id FROM projects").first<{ id: string }>())?.id;
}
