import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  cursorAfter,
  isStored,
  issueCursor,
} from "../../../../../worker/ingest/sources/github/cursor";

type Issue = { number: number; updated_at: string; version: number };

const PER_PAGE = 3;
const timeOf = (second: number) =>
  new Date(1_767_225_600_000 + second * 1000).toISOString().replace(".000", "");

/** A repository whose issues change between the questions; at most two changes fall into one second. */
function repository() {
  const issues = new Map<number, Issue>();
  let changes = 0;
  return {
    issues,
    change(number: number) {
      const version = (issues.get(number)?.version ?? 0) + 1;
      issues.set(number, { number, updated_at: timeOf(Math.floor(changes++ / 2)), version });
    },
    list(since: string | null, page: number) {
      const found = [...issues.values()]
        .filter((issue) => since === null || issue.updated_at >= since)
        .sort((a, b) =>
          a.updated_at < b.updated_at ? -1 : a.updated_at > b.updated_at ? 1 : a.number - b.number,
        );
      const from = (page - 1) * PER_PAGE;
      return { issues: found.slice(from, from + PER_PAGE), more: found.length > from + PER_PAGE };
    },
  };
}

describe("the cursor of a sync", () => {
  it("never passes an issue whose last version was not read, whatever changes meanwhile", () => {
    const numbers = fc.array(fc.integer({ min: 1, max: 8 }), { maxLength: 12 });
    fc.assert(
      fc.property(numbers, fc.array(numbers, { maxLength: 12 }), (before, between) => {
        const repo = repository();
        before.forEach(repo.change);
        const read = new Map<number, number>();
        let cursor = issueCursor(undefined);
        const meanwhile = [...between];
        for (let questions = 0; questions < 200; questions++) {
          const page = repo.list(cursor.since, cursor.page);
          for (const issue of page.issues) read.set(issue.number, issue.version);
          cursor = cursorAfter(cursor, page.issues, { more: page.more, etag: null });
          const changed = meanwhile.shift();
          changed?.forEach(repo.change);
          if (!page.more && !changed) break;
        }
        for (const { number, version } of repo.issues.values()) {
          expect(read.get(number), `#${number}`).toBe(version);
        }
      }),
    );
  });

  it("turns the page only while all of it changed within one second", () => {
    const at = (number: number, second: number) => ({ number, updated_at: timeOf(second) });
    const start = issueCursor({});
    const one = cursorAfter(start, [at(1, 5), at(2, 5)], { more: true, etag: "x" });
    expect(one).toEqual({ since: timeOf(5), page: 1, at: [1, 2], etag: null });
    const two = cursorAfter(one, [at(1, 5), at(2, 5)], { more: true, etag: "x" });
    expect(two).toMatchObject({ since: timeOf(5), page: 2, at: [1, 2] });
    const three = cursorAfter(two, [at(3, 5), at(4, 6)], { more: false, etag: "x" });
    expect(three).toEqual({ since: timeOf(6), page: 1, at: [4], etag: null });
    expect(isStored(three, at(4, 6))).toBe(true);
    expect(isStored(three, at(4, 7))).toBe(false);
  });

  it("keeps the ETag of the question that comes next, and reads a spoilt cursor as none", () => {
    const since = timeOf(5);
    const end = cursorAfter({ since, page: 1, at: [1], etag: null }, [], {
      more: false,
      etag: "W/1",
    });
    expect(end).toEqual({ since, page: 1, at: [1], etag: "W/1" });
    expect(issueCursor({ since: 7, page: -1, at: "x", etag: {} })).toEqual({
      since: null,
      page: 1,
      at: [],
      etag: null,
    });
  });
});
