import fc from "fast-check";
import { expect, test } from "vitest";
import { LinkTable } from "../../../../worker/triage/strategies/link-table";
import { NearestFew } from "../../../../worker/triage/strategies/nearest-few";
import { Offers, precedes } from "../../../../worker/triage/strategies/offers";

function linksOf(table: LinkTable, cluster: number): Map<number, number> {
  const found = new Map<number, number>();
  for (let end = table.first(cluster); end >= 0; end = table.next(end)) {
    found.set(table.other(end), table.total(end));
  }
  return found;
}

const pair = fc
  .tuple(fc.nat(7), fc.nat(7), fc.integer({ min: -9, max: 9 }))
  .filter(([a, b]) => a !== b);

test("links are what was added and not removed, seen from both of their clusters", () => {
  fc.assert(
    fc.property(fc.array(pair, { maxLength: 80 }), (changes) => {
      const table = new LinkTable(8, 2);
      const expected = Array.from({ length: 8 }, () => new Map<number, number>());
      for (const [a, b, total] of changes) {
        let end = table.first(a);
        while (end >= 0 && table.other(end) !== b) end = table.next(end);
        const known = expected[a]!.has(b);
        if (known && total < 0) {
          table.remove(end);
          expected[a]!.delete(b);
          expected[b]!.delete(a);
          continue;
        }
        if (known) table.setTotal(end, total);
        else table.add(a, b, total);
        expected[a]!.set(b, total);
        expected[b]!.set(a, total);
      }
      expected.forEach((links, cluster) => {
        expect(linksOf(table, cluster)).toEqual(links);
        expect(table.degree[cluster]).toBe(links.size);
      });
    }),
  );
});

test("the best offer comes first, whatever was offered, taken back and offered again", () => {
  const offer = fc.tuple(fc.nat(9), fc.constantFrom(0.1, 0.5, 0.5, 0.9), fc.nat(9), fc.boolean());
  fc.assert(
    fc.property(fc.array(offer, { maxLength: 60 }), (changes) => {
      const offers = new Offers(10);
      const held = new Map<number, { similarity: number; a: number; b: number }>();
      for (const [cluster, similarity, other, stays] of changes) {
        if (stays) {
          const one = {
            similarity,
            a: Math.min(cluster, other),
            b: Math.max(cluster, other) + 10 * cluster,
          };
          held.set(cluster, one);
          offers.offer(cluster, one, false);
        } else {
          held.delete(cluster);
          offers.remove(cluster);
        }
        const [first = -1] = [...held]
          .sort(([, x], [, y]) => (precedes(x, y) ? -1 : 1))
          .map(([from]) => from);
        expect(offers.best()).toBe(first);
      }
    }),
  );
});

test("the nearest few are those that sorting gives", () => {
  const neighbours = fc.uniqueArray(fc.tuple(fc.nat(40), fc.constantFrom(0.1, 0.2, 0.3, 0.4)), {
    selector: ([other]) => other,
    minLength: 1,
    maxLength: 40,
  });
  fc.assert(
    fc.property(neighbours, fc.integer({ min: 1, max: 8 }), (all, most) => {
      const few = new NearestFew();
      few.clear(most);
      for (const [other, similarity] of all) few.see(other, similarity);
      const sorted = [...all].sort((x, y) => y[1] - x[1] || x[0] - y[0]);
      const kept = sorted.slice(0, most);
      expect(few.last()).toEqual({ other: kept.at(-1)![0], similarity: kept.at(-1)![1] });
      for (const one of sorted) expect(few.isBeyond(...one)).toBe(!kept.includes(one));
    }),
  );
});
