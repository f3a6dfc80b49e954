import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { DEFAULT_GROUPING } from "../../worker/domain/grouping";
import { createLexicalEmbedder } from "../../worker/triage/embedders/lexical/lexical-embedder";
import { readDataset, type LabelledReport } from "./dataset";
import { evaluate, type EvalMode, type EvalReport } from "./evaluate";

const SET = readDataset(path.join(import.meta.dirname, "data/reports.jsonl"));

async function measured(mode: EvalMode) {
  const settings = { embedder: createLexicalEmbedder, grouping: DEFAULT_GROUPING, mode };
  const { report, predictions } = await evaluate(SET, settings);
  return { report, clusterOf: new Map(predictions.map(({ id, cluster }) => [id, cluster])) };
}

let batch: Awaited<ReturnType<typeof measured>>;
beforeAll(async () => {
  batch = await measured("batch");
});

function groupsOf(reports: readonly LabelledReport[]): LabelledReport[][] {
  const groups = new Map<string, LabelledReport[]>();
  for (const one of reports) groups.set(one.group, [...(groups.get(one.group) ?? []), one]);
  return [...groups.values()];
}

describe("the built-in labelled set", () => {
  test("has at least 150 reports in 30 groups of two and more, from four sources", () => {
    expect(SET.reports.length).toBeGreaterThanOrEqual(150);
    expect(groupsOf(SET.reports).filter((one) => one.length > 1).length).toBeGreaterThanOrEqual(30);
    expect(new Set(SET.reports.map(({ source }) => source)).size).toBe(4);
  });

  test("is grouped no worse than it was", () => {
    expectHeld(batch.report);
  });

  test("is grouped no worse when reports come one by one", async () => {
    expectHeld((await measured("incremental")).report);
  });

  test("has a crash that Sentry tells and the issue that pastes or quotes it in one cluster, every time", () => {
    const crashes = groupsOf(SET.reports).filter((one) =>
      one.some(({ source }) => source === "sentry"),
    );
    const parted = crashes.filter((reports) => {
      const told = reports.filter(({ source, crash }) => source === "sentry" || crash !== null);
      return new Set(told.map(({ id }) => batch.clusterOf.get(id))).size > 1;
    });
    expect(crashes.length).toBeGreaterThanOrEqual(14);
    expect(parted.map(([first]) => first!.group)).toEqual([]);
  });

  test("never has two crashes in one cluster, not even under the same words", () => {
    const groups = new Map<string, Set<string>>();
    for (const { id, crash, group } of SET.reports) {
      if (!crash) continue;
      const cluster = batch.clusterOf.get(id)!;
      groups.set(cluster, new Set([...(groups.get(cluster) ?? []), group]));
    }
    expect([...groups.values()].filter((one) => one.size > 1)).toEqual([]);
  });
});

function expectHeld({ precision, recall, f1, hit1, hit5 }: EvalReport): void {
  expect(precision).toBeGreaterThanOrEqual(0.84);
  expect(recall).toBeGreaterThanOrEqual(0.82);
  expect(f1).toBeGreaterThanOrEqual(0.84);
  expect(hit1).toBeGreaterThanOrEqual(0.97);
  expect(hit5).toBe(1);
}
