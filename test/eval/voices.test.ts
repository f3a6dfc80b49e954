import path from "node:path";
import { describe, expect, test } from "vitest";
import { DEFAULT_GROUPING } from "../../worker/domain/grouping";
import { createLexicalEmbedder } from "../../worker/triage/embedders/lexical/lexical-embedder";
import { readDataset } from "./dataset";
import { evaluate, type EvalMode } from "./evaluate";

/** Twenty bugs, each told by Sentry, on Reddit, and by a person; four crash with a message that another bug has too. */
const SET = readDataset(path.join(import.meta.dirname, "data/voices.jsonl"));
/** Bugs of which nobody quotes a message, or of which two people share no word: no lexical likeness can join these. */
const UNTOLD = ["v4", "v6", "v14", "v16", "v17", "v18"];

async function clustersOf(mode: EvalMode, reports = SET.reports): Promise<Map<string, string[]>> {
  const settings = { embedder: createLexicalEmbedder, grouping: DEFAULT_GROUPING, mode };
  const { predictions } = await evaluate({ name: "voices", reports }, settings);
  const groupOf = new Map(reports.map(({ id, group }) => [id, group]));
  const clusters = new Map<string, string[]>();
  for (const { id, cluster } of predictions) {
    clusters.set(cluster, [...(clusters.get(cluster) ?? []), groupOf.get(id)!]);
  }
  return clusters;
}

describe.each<EvalMode>(["batch", "incremental"])("one bug in three voices, %s", (mode) => {
  test("is one cluster when somebody quotes the crash's message", async () => {
    const whole = [...(await clustersOf(mode)).values()].filter((one) => one.length === 3);
    const told = [...new Set(SET.reports.map(({ group }) => group))].filter(
      (group) => !UNTOLD.includes(group),
    );
    expect(whole.map(([group]) => group).sort()).toEqual(told.sort());
  });

  test("never has two bugs in one cluster, also where they crash with the same message", async () => {
    const clusters = [...(await clustersOf(mode)).values()];
    expect(clusters.filter((groups) => new Set(groups).size > 1)).toEqual([]);
  });
});

test("who quotes a crash joins it, also when the crash comes last and words are weighed otherwise", async () => {
  const backwards = SET.reports.toReversed();
  const whole = [...(await clustersOf("incremental", backwards)).values()].filter(
    (one) => one.length === 3,
  );
  expect(whole.length).toBeGreaterThanOrEqual(12);
});
