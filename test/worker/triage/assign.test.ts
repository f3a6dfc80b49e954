import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { assign } from "../../../worker/triage/assign";
import type {
  AssignCluster,
  AssignInput,
  AssignItem,
  AssignResult,
  SimilarPair,
} from "../../../worker/triage/assignment";
import { agglomerative } from "../../../worker/triage/strategies/agglomerative";
import { dot } from "../../../worker/triage/vectors/dot";

const anchors = { text: 0.5, stack: 0.5 };

/** Reports in a plane: an angle in degrees is a report's meaning. At 0.72 two belong together up to 60 degrees apart. */
function item(id: string, degrees: number | null, parts: Partial<AssignItem> = {}): AssignItem {
  const radians = ((degrees ?? 0) * Math.PI) / 180;
  const vector =
    degrees === null ? null : Float32Array.from([Math.cos(radians), Math.sin(radians)]);
  return { id, vector, stackShare: 0, fingerprint: null, clusterId: null, ...parts };
}

function cluster(id: string, parts: Partial<AssignCluster> = {}): AssignCluster {
  return { id, frozen: false, createdAt: 0, ...parts };
}

function allPairs(items: readonly AssignItem[]): SimilarPair[] {
  return items.flatMap((a, i) =>
    items
      .slice(0, i)
      .flatMap((b) =>
        a.vector && b.vector ? [{ a: a.id, b: b.id, cosine: dot(a.vector, b.vector) }] : [],
      ),
  );
}

function input(items: AssignItem[], parts: Partial<AssignInput> = {}): AssignInput {
  const named = new Set(items.flatMap(({ clusterId }) => clusterId ?? []));
  return {
    items,
    clusters: [...named].map((id, i) => cluster(id, { createdAt: i })),
    pairs: allPairs(items),
    cannotLink: [],
    mustLink: [],
    threshold: 0.72,
    anchors,
    strategy: agglomerative,
    ...parts,
  };
}

/** Where everything is once the decisions are applied. A new cluster is called `new:`, its seed, and the turn. */
function after(given: AssignInput, result: AssignResult, turn = 0): Map<string, string> {
  const places = new Map(given.items.map(({ id, clusterId }) => [id, clusterId ?? ""]));
  for (const { feedbackId, target } of result.decisions) {
    places.set(
      feedbackId,
      "clusterId" in target ? target.clusterId : `new:${target.seedItemId}:${turn}`,
    );
  }
  return places;
}

function applied(given: AssignInput, result: AssignResult, turn = 0): AssignInput {
  const places = after(given, result, turn);
  const known = new Map(given.clusters.map((one) => [one.id, one]));
  return {
    ...given,
    items: given.items.map((one) => ({ ...one, clusterId: places.get(one.id)! })),
    clusters: [...new Set(places.values())].map(
      (id, i) => known.get(id) ?? cluster(id, { createdAt: 1000 * (turn + 1) + i }),
    ),
  };
}

function together(places: Map<string, string>, ...ids: string[]): boolean {
  return new Set(ids.map((id) => places.get(id))).size === 1;
}

describe("assign", () => {
  test("gives a single report a cluster of its own, whether or not it has a vector", () => {
    const { decisions } = assign(input([item("a", 0), item("b", 170), item("c", null)]));
    expect(decisions.map(({ feedbackId, target }) => [feedbackId, target])).toEqual([
      ["a", { seedItemId: "a" }],
      ["b", { seedItemId: "b" }],
      ["c", { seedItemId: "c" }],
    ]);
    expect(decisions[0]).toMatchObject({
      tier: "similarity",
      similarity: null,
      previousClusterId: null,
    });
  });

  test("puts a new report into the cluster that it resembles and tells its neighbours on the user's scale", () => {
    const given = input([
      item("a", 0, { clusterId: "A" }),
      item("b", 20, { clusterId: "A" }),
      item("c", 10),
      item("d", 75, { clusterId: "D" }),
    ]);
    const { decisions, merges } = assign(given);
    expect(merges).toEqual([]);
    expect(decisions).toHaveLength(1);
    expect(decisions[0]).toMatchObject({ feedbackId: "c", target: { clusterId: "A" } });
    const shown = decisions[0]!.neighbours;
    expect(shown.map(({ feedbackId }) => feedbackId)).toEqual(["a", "b", "d"]);
    // cos 10° lies 97 % of the way from the anchor 0.5 to 1; cos 65° lies below the anchor.
    expect(shown[0]!.similarity).toBeCloseTo(
      0.72 + 0.28 * ((Math.cos(Math.PI / 18) - 0.5) / 0.5),
      5,
    );
    expect(shown[2]!.similarity).toBeLessThan(0.72);
    expect(decisions[0]!.similarity).toBe(shown[0]!.similarity);
  });

  test("shows neighbours in the order of the second look, with the similarities of the vectors", () => {
    const words = (...weights: number[]) => ({
      features: { keys: Uint32Array.of(1, 2), weights: Float32Array.from(weights) },
    });
    const given = input([
      item("a", 10, { clusterId: "A", ...words(0, 1) }),
      item("b", 30, { clusterId: "A", ...words(0.8, 0.6) }),
      item("c", 0, words(1, 0)),
    ]);
    const [decision] = assign(given).decisions;
    expect(decision!.neighbours.map(({ feedbackId }) => feedbackId)).toEqual(["b", "a"]);
    const [first, second] = decision!.neighbours;
    expect(first!.similarity).toBeLessThan(second!.similarity);
    expect(decision!.similarity).toBe(second!.similarity);
  });

  test("shows at most five neighbours, each once", () => {
    const items = Array.from({ length: 9 }, (_, i) => item(`r${i}`, i));
    const pairs = [...allPairs(items), ...allPairs(items)];
    for (const { neighbours } of assign(input(items, { pairs })).decisions) {
      expect(neighbours).toHaveLength(5);
      expect(new Set(neighbours.map(({ feedbackId }) => feedbackId)).size).toBe(5);
    }
  });

  test("joins two machine-made clusters over a new report and keeps the id of the larger", () => {
    const given = input([
      item("a", 0, { clusterId: "small" }),
      item("b", 62, { clusterId: "large" }),
      item("c", 64, { clusterId: "large" }),
      item("d", 40),
      item("e", 36),
      item("f", 32),
    ]);
    const result = assign(given);
    expect(together(after(given, result), "a", "b", "c", "d", "e", "f")).toBe(true);
    expect(result.merges).toEqual([{ clusterId: "small", into: { clusterId: "large" } }]);
    expect(result.decisions.find(({ feedbackId }) => feedbackId === "a")).toMatchObject({
      previousClusterId: "small",
      target: { clusterId: "large" },
    });
  });

  test("keeps the id of the older cluster when both bring as many", () => {
    const items = [item("a", 0, { clusterId: "young" }), item("b", 5, { clusterId: "old" })];
    const clusters = [cluster("young", { createdAt: 2 }), cluster("old", { createdAt: 1 })];
    const { merges } = assign(input(items, { clusters }));
    expect(merges).toEqual([{ clusterId: "young", into: { clusterId: "old" } }]);
  });

  test("neither merges nor splits a cluster that a person has touched, but lets new reports join it", () => {
    const given = input(
      [
        item("a", 0, { clusterId: "T" }),
        item("b", 120, { clusterId: "T" }),
        item("m", -30, { clusterId: "M" }),
        item("x", 60),
      ],
      { clusters: [cluster("T", { frozen: true }), cluster("M")] },
    );
    const result = assign({ ...given, threshold: 0.6 });
    const places = after(given, result);
    expect(places.get("a")).toBe("T");
    expect(places.get("b")).toBe("T");
    expect(places.get("m")).toBe("M");
    expect(places.get("x")).toBe("T");
    expect(result.merges).toEqual([]);
  });

  test("never joins two touched clusters over a new report", () => {
    const clusters = [cluster("T", { frozen: true }), cluster("U", { frozen: true })];
    const given = input(
      [item("a", 0, { clusterId: "T" }), item("b", 10, { clusterId: "U" }), item("x", 4)],
      { clusters },
    );
    const places = after(given, assign(given));
    expect([...places.values()]).toEqual(["T", "U", "T"]);
  });

  test("joins equal fingerprints first, whatever the vectors say", () => {
    const given = input([
      item("a", 0, { clusterId: "A", fingerprint: "v1:1" }),
      item("x", 180, { fingerprint: "v1:1" }),
      item("y", null, { fingerprint: "v1:1" }),
    ]);
    const { decisions } = assign(given);
    expect(decisions.map(({ tier, target }) => [tier, target])).toEqual([
      ["fingerprint", { clusterId: "A" }],
      ["fingerprint", { clusterId: "A" }],
    ]);
  });

  test("prefers the touched cluster when a fingerprint is known in two", () => {
    const given = input(
      [
        item("a", 0, { clusterId: "M", fingerprint: "f" }),
        item("b", 0, { clusterId: "T", fingerprint: "f" }),
        item("x", 0, { fingerprint: "f" }),
      ],
      { clusters: [cluster("M"), cluster("T", { frozen: true })] },
    );
    expect(after(given, assign(given)).get("x")).toBe("T");
  });

  test("lets a cannot-link win over fingerprints, must-links and similarity", () => {
    const items = [item("a", 0, { fingerprint: "f" }), item("b", 0, { fingerprint: "f" })];
    const given = input(items, { cannotLink: [["b", "a"]], mustLink: [["a", "b"]] });
    expect(together(after(given, assign(given)), "a", "b")).toBe(false);
  });

  test("keeps must-links together whatever the vectors say", () => {
    const given = input([item("a", 0), item("b", 180), item("c", 5)], { mustLink: [["b", "a"]] });
    expect(together(after(given, assign(given)), "a", "b")).toBe(true);
  });

  test("compares stacks by the stack anchor and texts by the text anchor in one run", () => {
    const both = { text: 0.3, stack: 0.7 };
    const pair = (stackShare: number): AssignItem[] => [
      item("a", 0, { stackShare }),
      item("b", 60, { stackShare }),
    ];
    const texts = input(pair(0), { anchors: both });
    const stacks = input(pair(1), { anchors: both });
    expect(together(after(texts, assign(texts)), "a", "b")).toBe(true);
    expect(together(after(stacks, assign(stacks)), "a", "b")).toBe(false);
  });
});

/** A project at some time: reports in a plane, some placed, some clusters touched, some links by persons. */
const project = fc
  .record({
    angles: fc.array(fc.option(fc.integer({ min: 0, max: 359 }), { freq: 12 }), {
      minLength: 1,
      maxLength: 14,
    }),
    homes: fc.array(fc.integer({ min: -3, max: 4 }), { minLength: 14, maxLength: 14 }),
    frozen: fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }),
    prints: fc.array(fc.integer({ min: -8, max: 2 }), { minLength: 14, maxLength: 14 }),
    days: fc.array(fc.option(fc.integer({ min: 1, max: 3000 })), { minLength: 14, maxLength: 14 }),
    cannot: fc.array(fc.tuple(fc.nat(13), fc.nat(13)), { maxLength: 4 }),
    must: fc.array(fc.tuple(fc.nat(13), fc.nat(13)), { maxLength: 2 }),
  })
  .map(({ angles, homes, frozen, prints, days, cannot, must }) => {
    const items = angles.map((angle, i) =>
      item(`r${String(i).padStart(2, "0")}`, angle, {
        clusterId: homes[i]! < 0 ? null : `c${homes[i]!}`,
        fingerprint: prints[i]! < 0 ? null : `f${prints[i]!}`,
        ...(days[i] === null ? {} : { createdAt: days[i]! * 86_400_000 }),
      }),
    );
    const ids = (pairs: [number, number][]): [string, string][] =>
      pairs.flatMap(([i, j]) => {
        const [a, b] = [items[i], items[j]];
        if (!a || !b || a === b) return [];
        const inOneHome = a.clusterId !== null && a.clusterId === b.clusterId;
        return inOneHome ? [] : [[a.id, b.id]];
      });
    const spanMs = 3000 * 86_400_000;
    const base = input(items, { cannotLink: ids(cannot), mustLink: ids(must), spanMs });
    const clusters = base.clusters.map((one) => ({
      ...one,
      frozen: frozen[Number(one.id.slice(1))]!,
    }));
    return { ...base, clusters };
  });

describe("laws of assign", () => {
  test("everything has a cluster afterwards, and no cannot-link is broken", () => {
    fc.assert(
      fc.property(project, (given) => {
        const places = after(given, assign(given));
        expect([...places.values()].every((home) => home !== "")).toBe(true);
        for (const [a, b] of given.cannotLink) expect(places.get(a)).not.toBe(places.get(b));
      }),
      { numRuns: 300 },
    );
  });

  test("touched clusters keep all their reports, and take none that had a home", () => {
    fc.assert(
      fc.property(project, (given) => {
        const places = after(given, assign(given));
        const frozen = new Set(given.clusters.filter((one) => one.frozen).map((one) => one.id));
        for (const one of given.items) {
          if (one.clusterId === null) continue;
          const home = places.get(one.id)!;
          expect(frozen.has(one.clusterId) || frozen.has(home)).toBe(
            frozen.has(one.clusterId) && home === one.clusterId,
          );
        }
      }),
      { numRuns: 300 },
    );
  });

  test("asking again after applying gives no decisions", () => {
    fc.assert(
      fc.property(project, (given) => {
        const again = assign(applied(given, assign(given)));
        expect(again).toMatchObject({ decisions: [], merges: [] });
      }),
      { numRuns: 300 },
    );
  });

  test("does not depend on the order in which things are given", () => {
    fc.assert(
      fc.property(project, fc.nat(), (given, turn) => {
        const rotate = <T>(list: readonly T[]): T[] => {
          const by = list.length ? turn % list.length : 0;
          return [...list.slice(by), ...list.slice(0, by)].reverse();
        };
        const moved = assign({
          ...given,
          items: rotate(given.items),
          pairs: rotate(given.pairs).map(({ a, b, cosine }) => ({ a: b, b: a, cosine })),
          clusters: rotate(given.clusters),
        });
        const byCluster = (x: { clusterId: string }, y: { clusterId: string }): number =>
          x.clusterId < y.clusterId ? -1 : 1;
        const straight = assign(given);
        expect(moved.decisions).toEqual(straight.decisions);
        expect([...moved.merges].sort(byCluster)).toEqual([...straight.merges].sort(byCluster));
      }),
      { numRuns: 200 },
    );
  });

  test("one by one ends where all at once ends, as long as nobody has touched anything", () => {
    const arrivals = fc.uniqueArray(fc.integer({ min: 0, max: 3599 }), {
      minLength: 1,
      maxLength: 14,
    });
    fc.assert(
      fc.property(arrivals, (tenths) => {
        const items = tenths.map((tenth, i) =>
          item(`r${String(i).padStart(2, "0")}`, tenth / 10 + i * 0.0037),
        );
        const batch = input(items);
        let living: AssignInput = input([]);
        for (const one of items) {
          const grown = [...living.items, one];
          const given = { ...living, items: grown, pairs: allPairs(grown) };
          living = applied(given, assign(given), grown.length);
        }
        expect(groups(after(living, { decisions: [], merges: [], questions: () => [] }))).toEqual(
          groups(after(batch, assign(batch))),
        );
      }),
      { numRuns: 200 },
    );
  });
});

function groups(places: Map<string, string>): string[] {
  const byHome = new Map<string, string[]>();
  for (const [id, home] of places) byHome.set(home, [...(byHome.get(home) ?? []), id]);
  return [...byHome.values()].map((ids) => ids.sort().join(" ")).sort();
}
