import { describe, expect, test } from "vitest";
import { PersonLinks, type LinkRow } from "../../../worker/triage/person-links";
import {
  addScores,
  NO_SCORE,
  precisionAndRecall,
  scoreWords,
} from "../../../worker/triage/score-words";
import { summariseMoves } from "../../../worker/triage/summarise-moves";

const move = (feedbackId: string, origin: string, target: string) => ({
  feedbackId,
  origin,
  target,
});

describe("what moves mean for clusters", () => {
  const counts = new Map([
    ["a", 3],
    ["b", 2],
  ]);

  test("a cluster that goes into another one merges, and is empty afterwards", () => {
    const summary = summariseMoves([move("1", "b", "a"), move("2", "b", "a")], counts);
    expect(summary).toMatchObject({ created: 0, emptied: 1, splits: { total: 0 } });
    expect(summary.merges.items).toEqual([
      {
        into: "a",
        clusters: [
          { id: "a", reports: 3 },
          { id: "b", reports: 2 },
        ],
      },
    ]);
  });

  test("a cluster whose reports go several ways splits, into clusters that are not there yet as well", () => {
    const summary = summariseMoves([move("1", "a", "new"), move("2", "a", "b")], counts);
    expect(summary).toMatchObject({ created: 1, emptied: 0, merges: { total: 1 } });
    expect(summary.splits.items).toEqual([
      {
        id: "a",
        parts: [
          { into: "a", reports: 1 },
          { into: null, reports: 1 },
          { into: "b", reports: 1 },
        ],
      },
    ]);
  });

  test("a cluster that becomes a new one as a whole neither merges nor splits", () => {
    const moves = [move("1", "b", "new"), move("2", "b", "new")];
    const none = { total: 0, items: [] };
    expect(summariseMoves(moves, counts)).toEqual({
      merges: none,
      splits: none,
      created: 1,
      emptied: 1,
    });
  });
});

describe("how far the machine alone follows what persons said", () => {
  const row = (operationId: string, kind: LinkRow["kind"], feedbackId: string, side: number) => ({
    operationId,
    revision: Number(operationId.slice(1)),
    kind,
    feedbackId,
    side,
  });
  // a and b belong together, a and c apart, c and d together.
  const links = new PersonLinks([
    row("o1", "must", "a", 0),
    row("o1", "must", "b", 1),
    row("o2", "cannot", "a", 0),
    row("o2", "cannot", "c", 1),
    row("o3", "must", "c", 0),
    row("o3", "must", "d", 1),
  ]);
  const ids = ["a", "b", "c", "d", "e"];
  const groups: Record<string, string> = { a: "x", b: "x", c: "x", d: "y", e: "y" };

  test("each pair counts once, and what is contradicted names the operation and an example", () => {
    const score = scoreWords(ids, (id) => groups[id], links, new Set());
    expect(score).toMatchObject({
      together_kept: 1,
      together_parted: 1,
      apart_kept: 0,
      apart_joined: 1,
    });
    expect(score.contradictions).toEqual([
      {
        operation_id: "o2",
        kind: "cannot",
        pairs: 1,
        example: { feedback_id: "a", other_id: "c" },
      },
      { operation_id: "o3", kind: "must", pairs: 1, example: { feedback_id: "c", other_id: "d" } },
    ]);
    expect(precisionAndRecall(score)).toEqual({ precision: 0.5, recall: 0.5 });
    expect(scoreWords(ids, (id) => groups[id], links, new Set(ids))).toEqual(NO_SCORE);
    expect(addScores(score, score).contradictions.map((one) => one.pairs)).toEqual([2, 2]);
  });

  test("without decided pairs there is no precision and no recall", () => {
    expect(precisionAndRecall(NO_SCORE)).toEqual({ precision: null, recall: null });
  });
});
