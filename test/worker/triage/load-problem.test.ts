import { describe, expect, test } from "vitest";
import type { MemberRow } from "../../../worker/store/placement";
import { DEFAULT_GROUPING } from "../../../worker/domain/grouping";
import { emptyIdfTable } from "../../../worker/triage/embedders/lexical/idf";
import { createLexicalEmbedder } from "../../../worker/triage/embedders/lexical/lexical-embedder";
import { compared, SETTLED_FROM } from "../../../worker/triage/load-problem";
import { EvalProject } from "../../eval/project";
import type { LabelledReport } from "../../eval/dataset";

function members(count: number, clusterId: string | null, prefix: string): MemberRow[] {
  return Array.from({ length: count }, (_, i) => ({
    id: `${prefix}${String(i).padStart(5, "0")}`,
    fingerprint: null,
    clusterId,
    createdAt: 1,
  }));
}

describe("what is compared with a batch", () => {
  test("is everything, but of a settled cluster an even sample and what is near", () => {
    const [batch, small] = [members(3, null, "n"), members(50, "small", "s")];
    const large = members(20_000, "large", "l");
    const near = new Set(["l00001", "l19999"]);
    const ids = compared([...batch, ...small, ...large], new Set(["large"]), near);
    expect(ids).toEqual(expect.arrayContaining([...batch, ...small].map(({ id }) => id)));
    expect(ids).toEqual(expect.arrayContaining([...near]));
    const sampled = ids.filter((id) => id.startsWith("l"));
    expect(sampled.length).toBeLessThan(120);
    expect(new Set(ids).size).toBe(ids.length);
    // As many of the first half as of the second.
    const first = sampled.filter((id) => id < "l10000").length;
    expect(Math.abs(2 * first - sampled.length)).toBeLessThanOrEqual(3);
  });

  test("does not grow with a storm of near copies, and the storm is one cluster all the same", async () => {
    const idf = emptyIdfTable();
    const embedder = createLexicalEmbedder(idf);
    const project = await EvalProject.open({ grouping: DEFAULT_GROUPING, embedder, idf });
    const read: number[] = [];
    const { tables } = project;
    const vectorsOf = tables.vectorsOf.bind(tables);
    tables.vectorsOf = (ids) => {
      read.push(ids.length);
      return vectorsOf(ids);
    };
    for (let from = 0; from < SETTLED_FROM + 300; from += 100) {
      read.length = 0;
      const storm = Array.from({ length: 100 }, (_, i) => copy(from + i));
      await project.embed(storm);
      await project.place(storm.map(({ id }) => id));
    }
    expect(new Set(project.labels().values()).size).toBe(1);
    expect(Math.max(...read)).toBeLessThan(SETTLED_FROM);
  });
});

function copy(i: number): LabelledReport {
  const body = `The page stays blank after the button for order ${i} was pressed.`;
  const id = `r${String(i).padStart(5, "0")}`;
  const title = "Checkout stays blank after paying";
  return { id, source: "manual", title, body, crash: null, createdAt: 1e12 + i, group: "g" };
}
