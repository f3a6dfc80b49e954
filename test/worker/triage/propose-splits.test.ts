import { describe, expect, it } from "vitest";
import { PersonLinks, type LinkRow } from "../../../worker/triage/person-links";
import { partsToSplit, splitReasons } from "../../../worker/triage/propose-splits";

const NOTHING_SAID = new PersonLinks([]);
const PARTS = [["a", "b", "c"], ["d", "e"], ["f"]];

function together(left: string, right: string): LinkRow[] {
  return [left, right].map((feedbackId, side) => ({
    operationId: "o1",
    revision: 1,
    kind: "must",
    feedbackId,
    side,
  }));
}

describe("what may be split", () => {
  it("is every part but the largest", () => {
    const said = { links: NOTHING_SAID, dismissed: [] };
    expect(partsToSplit({ parts: PARTS, ...said })).toEqual([["d", "e"], ["f"]]);
    expect(partsToSplit({ parts: [["a"]], ...said })).toEqual([]);
    expect(partsToSplit({ parts: [], ...said })).toEqual([]);
  });

  it("is nothing that a person has joined with the others, or has said no to, even when it has grown", () => {
    const links = new PersonLinks(together("f", "a"));
    expect(partsToSplit({ parts: PARTS, links, dismissed: [] })).toEqual([["d", "e"]]);
    const dismissed = [["d", "e"]];
    const grown = [
      ["a", "b", "c", "h"],
      ["d", "e", "g"],
    ];
    expect(partsToSplit({ parts: grown, links, dismissed })).toEqual([]);
    const other = [
      ["a", "b", "c", "h"],
      ["d", "g", "i"],
    ];
    expect(partsToSplit({ parts: other, links, dismissed })).toEqual([["d", "g", "i"]]);
  });

  it("comes with how alike it is to the rest, the oldest report first", () => {
    const item = (id: string, x: number, y: number) => ({
      id,
      vector: Float32Array.from([x, y]),
      stackShare: 0,
    });
    const items = [item("a", 1, 0), item("c", 0, 1), item("b", 0.6, 0.8)];
    const scale = { threshold: 0.72, anchors: { text: 0.72, stack: 0.72 } };
    expect(splitReasons(items, ["c", "b"], scale)).toEqual({
      similarity: 0.3,
      threshold: 0.72,
      same_fingerprints: 0,
      nearest: [
        { feedback_id: "b", other_id: "a", similarity: 0.6 },
        { feedback_id: "c", other_id: "a", similarity: 0 },
      ],
      reports: ["b", "c"],
    });
    const bare = [
      { ...items[0]!, vector: null },
      { ...items[1]!, vector: null },
    ];
    expect(splitReasons(bare, ["a"], scale)).toMatchObject({ similarity: null, nearest: [] });
  });
});
