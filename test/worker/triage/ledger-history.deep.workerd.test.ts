import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { openDb } from "../../../worker/store/db";
import { listLinks } from "../../../worker/store/operations";
import { PersonLinks } from "../../../worker/triage/person-links";
import type { OperationView } from "../../../worker/triage/views";
import { call, makeProject, untilClustered, type TestProject } from "../../builders/api";
import { placesByLedger } from "../../builders/grouping";

const OPERATIONS = 2_000;
const REPORTS = 60;
const RECENT = 25;

/** What a reader of the API expects: where each report is, of which it is a duplicate, and what each operation moved. */
type Report = { id: string; cluster: string; root: string | null };
type Done = {
  id: string;
  moved: Map<string, string>;
  roots: Map<string, string | null>;
  undone: boolean;
};
type Ask = { path: string; body?: unknown; status: 200 | 409 | "either"; learn: () => void };

/** Lehmer's generator: the same history each time. */
function dice(seed: number) {
  let state = seed;
  return (below: number) => (state = (state * 48_271) % 2_147_483_647) % below;
}

class Reader {
  readonly reports = new Map<string, Report>();
  readonly done: Done[] = [];

  in(cluster: string): Report[] {
    return [...this.reports.values()].filter((one) => one.cluster === cluster);
  }

  /** These reports and their duplicates, of one cluster. */
  with(ids: readonly string[]): Report[] {
    const chosen = new Set(ids);
    return [...this.reports.values()].filter(
      (one) => chosen.has(one.id) || (one.root !== null && chosen.has(one.root)),
    );
  }

  /** They go; a duplicate without its root is none any more. */
  go(op: OperationView, going: readonly Report[], to: string, root?: string): void {
    const left = going[0]!.cluster;
    const ids = new Set(going.map((one) => one.id));
    // Marking a duplicate in its own cluster moves nothing.
    const moved = new Map(left === to ? [] : going.map((one) => [one.id, one.cluster]));
    const roots = new Map(going.map((one) => [one.id, one.root]));
    for (const one of going) {
      one.cluster = to;
      if (root !== undefined) one.root = root;
      else if (one.root !== null && !ids.has(one.root)) one.root = null;
    }
    this.done.push({ id: op.id, moved, roots, undone: false });
  }

  back({ moved, roots }: Done): void {
    for (const [id, cluster] of moved) this.reports.get(id)!.cluster = cluster;
    for (const [id, root] of roots) this.reports.get(id)!.root = root;
  }
}

async function present(): Promise<Report[]> {
  const { results } = await env.DB.prepare(
    "SELECT id, cluster_id AS cluster, duplicate_of AS root FROM feedback ORDER BY id",
  ).all<Report>();
  return results;
}

async function merged(): Promise<Set<string>> {
  const { results } = await env.DB.prepare(
    "SELECT id FROM clusters WHERE merged_into IS NOT NULL",
  ).all<{ id: string }>();
  return new Set(results.map((row) => row.id));
}

/** What must be true at any time, whoever looks. */
async function laws(project: TestProject): Promise<void> {
  const reports = await present();
  const at = new Map(reports.map((one) => [one.id, one]));
  expect(await placesByLedger()).toEqual(
    Object.fromEntries(reports.map((one) => [one.id, one.cluster])),
  );
  const away = await merged();
  for (const { id, cluster, root } of reports) {
    expect(away.has(cluster), `${id} is in a merged cluster`).toBe(false);
    if (root === null) continue;
    expect(at.get(root), `${id} is a duplicate of a root in its cluster`).toMatchObject({
      cluster,
      root: null,
    });
  }
  const counts = await env.DB.prepare(
    "SELECT id FROM clusters WHERE item_count <> (SELECT count(*) FROM feedback WHERE cluster_id = clusters.id)",
  ).all();
  expect(counts.results).toEqual([]);
  const ids = reports.map((one) => one.id);
  const links = new PersonLinks(await listLinks(openDb(env.DB), project.projectId, ids, 1e7));
  for (const [i, a] of reports.entries()) {
    for (const b of reports.slice(i + 1)) {
      const held = links.between(a.id, b.id);
      if (held)
        expect(a.cluster === b.cluster, `${held.kind} ${held.operationId}`).toBe(
          held.kind === "must",
        );
    }
  }
}

it("is what a reader expects over thousands of merges, splits, moves, removals, duplicates and undos", async () => {
  const project = await makeProject();
  const roll = dice(20_262);
  // Reports that nothing is like, so that only people move them.
  const body = Array.from({ length: REPORTS }, (_, i) => ({
    title: Array.from({ length: 6 }, () => roll(1e9).toString(36).replaceAll(/\d/g, "q")).join(" "),
    body: `${i}`,
  }));
  await call("POST", "/feedback", { token: project.token, body });
  await untilClustered(project);
  const reader = new Reader();
  for (const one of await present()) reader.reports.set(one.id, { ...one });
  const ids = [...reader.reports.keys()];
  const counts = { done: 0, refused: 0, undone: 0, kept: 0 };

  for (let turn = 0; turn < OPERATIONS; turn++) {
    const report = reader.reports.get(ids[roll(ids.length)]!)!;
    const other = reader.reports.get(ids[roll(ids.length)]!)!;
    const some = reader.in(report.cluster).filter((one) => one.id === report.id || roll(3) === 0);
    const going = reader.with(some.map((one) => one.id));
    const all = reader.in(report.cluster);
    const before = (await present()).map((one) => ({ ...one }));
    let op: OperationView | null = null;
    const ask = ((): Ask => {
      switch (roll(8)) {
        case 0:
          return {
            path: `/clusters/${report.cluster}/merge`,
            body: { into: other.cluster },
            status: report.cluster === other.cluster ? 409 : 200,
            learn: () => reader.go(op!, all, other.cluster),
          };
        case 1:
        case 2:
          return {
            path: `/clusters/${report.cluster}/split`,
            body: { feedback_ids: some.map((one) => one.id) },
            status: going.length === all.length ? 409 : 200,
            learn: () => reader.go(op!, going, op!.created_cluster_id!),
          };
        case 3:
          return {
            path: `/feedback/${report.id}/move`,
            body: { cluster_id: other.cluster, also: some.map((one) => one.id) },
            status: report.cluster === other.cluster ? 409 : 200,
            learn: () => reader.go(op!, going, other.cluster),
          };
        case 4: {
          const alone = reader.with([report.id]);
          return {
            path: `/feedback/${report.id}/remove`,
            status: alone.length === all.length ? 409 : 200,
            learn: () => reader.go(op!, alone, op!.created_cluster_id!),
          };
        }
        case 5: {
          const root = other.root ?? other.id;
          const same = root === report.id || report.root === root;
          return {
            path: `/feedback/${report.id}/duplicate`,
            body: { of: other.id },
            status: same ? 409 : 200,
            learn: () =>
              reader.go(op!, reader.with([report.id]), reader.reports.get(root)!.cluster, root),
          };
        }
        default: {
          const back = 1 + roll(Math.min(RECENT, Math.max(1, reader.done.length)));
          const done = reader.done.at(-back);
          if (!done)
            return { path: `/operations/${report.id}/undo`, status: "either", learn: () => {} };
          return {
            path: `/operations/${done.id}/undo`,
            status: done.undone ? 409 : back === 1 ? 200 : "either",
            learn: () => {
              reader.back(done);
              done.undone = true;
              counts.undone++;
            },
          };
        }
      }
    })();
    const reply = await call("POST", ask.path, { token: project.token, body: ask.body ?? {} });
    const label = `${turn}: ${ask.path} ${reply.text.slice(0, 200)}`;
    if (ask.status === "either") expect([200, 404, 409], label).toContain(reply.status);
    else expect(reply.status, label).toBe(ask.status);
    if (reply.status === 200) {
      op = reply.json as unknown as OperationView;
      ask.learn();
      counts.done++;
    } else {
      if (ask.status === "either") counts.kept++;
      counts.refused++;
      expect(await present(), label).toEqual(before);
    }
    expect(await present(), label).toEqual(ids.toSorted().map((id) => reader.reports.get(id)));
    if (turn % 250 === 249) await laws(project);
  }
  expect(counts.undone).toBeGreaterThan(OPERATIONS / 20);
}, 3_600_000);
