import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { call, makeProject, untilClustered, type TestProject } from "../../builders/api";
import type { ClusterListItem } from "../../../worker/triage/views";

type Page = { items: ClusterListItem[]; next_cursor: string | null };

async function list(project: TestProject, query: string): Promise<Page> {
  const { json, status, text } = await call("GET", `/clusters?${query}`, { token: project.token });
  if (status !== 200) throw new Error(text);
  return json as unknown as Page;
}

async function titles(project: TestProject, query: string): Promise<string[]> {
  return (await list(project, query)).items.map((one) => one.title);
}

/** Five clusters, `a` to `e`, of 1, 3, 2, 3 and 5 reports, first and last seen in different orders. */
async function five(): Promise<{ project: TestProject; ids: string[] }> {
  const project = await makeProject();
  const words = ["Apple pie burns", "Boat leaks oil", "Cat meows twice", "Door jams", "Egg cracks"];
  await call("POST", "/feedback", {
    token: project.token,
    body: words.map((title) => ({ title, body: title })),
  });
  await untilClustered(project);
  const ids: string[] = [];
  for (const [i, title] of words.entries()) {
    const row = await env.DB.prepare(
      `UPDATE clusters SET title = ?1, item_count = ?2, first_seen_at = ?3, last_seen_at = ?4
       WHERE id = (SELECT cluster_id FROM feedback WHERE title = ?5) RETURNING id`,
    )
      .bind("abcde"[i], [1, 3, 2, 3, 5][i], 1_000 + i, 9_000 - i * 7, title)
      .first<{ id: string }>();
    ids.push(row!.id);
  }
  return { project, ids };
}

describe("the list of clusters", () => {
  it("is in each order, both ways, page by page, without a gap or a repeat", async () => {
    const { project } = await five();
    expect(await titles(project, "")).toEqual(["a", "b", "c", "d", "e"]);
    expect(await titles(project, "order=asc")).toEqual(["e", "d", "c", "b", "a"]);
    expect(await titles(project, "sort=first_seen")).toEqual(["e", "d", "c", "b", "a"]);
    const byCount = await titles(project, "sort=count");
    expect([byCount[0], byCount[3], byCount[4]]).toEqual(["e", "c", "a"]);
    expect(await titles(project, "sort=count&order=asc")).toEqual(byCount.toReversed());
    for (const order of ["sort=count&", "sort=count&order=asc&", "sort=first_seen&", ""]) {
      const seen: string[] = [];
      for (let cursor: string | null = ""; cursor !== null;) {
        const from: string = cursor ? `&cursor=${cursor}` : "";
        const page: Page = await list(project, `${order}limit=2${from}`);
        seen.push(...page.items.map((one) => one.title));
        cursor = page.next_cursor;
      }
      expect(seen, order).toEqual(await titles(project, order));
    }
  });

  it("has filters, one by one and together, and refuses what is none", async () => {
    const { project, ids } = await five();
    const patch = (i: number, body: unknown) =>
      call("PATCH", `/clusters/${ids[i]}`, { token: project.token, body });
    await patch(0, { severity: "high", labels: ["pay", "50% off"], assignee: "Ada" });
    await patch(1, { severity: "high", labels: ["pay"], ignore: { reason: "known" } });
    expect(await titles(project, "severity=high")).toEqual(["a", "b"]);
    expect(await titles(project, "label=pay&severity=high&status=new")).toEqual(["a"]);
    expect(await titles(project, `label=${encodeURIComponent("50% off")}`)).toEqual(["a"]);
    expect(await titles(project, "label=pa")).toEqual([]);
    expect(await titles(project, "assignee=Ada")).toEqual(["a"]);
    expect(await titles(project, "assignee=")).toEqual(["b", "c", "d", "e"]);
    expect(await titles(project, "source=manual&show=grouped")).toEqual(["b", "c", "d", "e"]);
    expect(await titles(project, "source=sentry")).toEqual([]);
    for (const wrong of ["sort=title", "order=up", "severity=huge", "source=fax", "label="]) {
      const { status, json } = await call("GET", `/clusters?${wrong}`, { token: project.token });
      expect({ wrong, status }).toEqual({ wrong, status: 400 });
      expect(json).toMatchObject({ errors: [{ path: wrong.split("=")[0] }] });
    }
  });

  it("has no title or summary that turns the text after it", async () => {
    const project = await makeProject();
    const text = "\u202Eevil right to left \u2066text of a report";
    await call("POST", "/feedback", { token: project.token, body: { title: text, body: text } });
    await untilClustered(project);
    const [cluster] = (await list(project, "")).items;
    expect(cluster!.title).toContain("right to left");
    expect(cluster!.title + cluster!.summary).not.toMatch(/[\u202A-\u202E\u2066-\u2069]/);
  });
});
