import { identifiersIn, splitIdentifier, stem } from "./words";

/**
 * The words of a repository's source, for search: plain JSON, so that it can be kept. `postings`: for each word the files that have
 * it and how often, as `[file, count, file, count …]`. Identifiers are words too, as they are written, behind a `=`; and once more,
 * behind a `#`, where they are defined.
 */
export type SourceIndex = {
  v: 1;
  /** Path, and number of words. */
  files: [string, number][];
  postings: Record<string, number[]>;
  /** False where the source is larger than what was indexed. */
  complete: boolean;
};

/** A file that has words of the query, its score, and the words and identifiers, the most telling first. */
export type SourceHit = { path: string; score: number; words: string[]; identifiers: string[] };

export type SourceQuery = { words: ReadonlySet<string>; identifiers: ReadonlySet<string> };

/** Usual constants of Okapi BM25 (Robertson and Zaragoza, 2009): how soon a repeated word counts no more, and how much length matters. */
const K1 = 1.2;
const B = 0.75;

const LONGEST_WORD = 60;
/** Where a name is defined says more than where it is used or passed on. */
const DEFINITION =
  /\b(?:function\*?|class|def|fn|func|const|let|var|type|interface|struct|enum|trait)\s+([A-Za-z_$][\w$]*)/g;

/** Makes an index, file by file. */
export class SourceIndexBuilder {
  readonly #files: [string, number][] = [];
  readonly #postings = new Map<string, number[]>();

  add(path: string, text: string): void {
    const counts = new Map<string, number>();
    const count = (word: string) => counts.set(word, (counts.get(word) ?? 0) + 1);
    for (const word of splitIdentifier(text)) if (word.length <= LONGEST_WORD) count(stem(word));
    let length = 0;
    for (const number of counts.values()) length += number;
    for (const name of identifiersIn(text, text.length)) counts.set(`=${name}`, 1);
    for (const [, name] of text.matchAll(DEFINITION))
      if (counts.has(`=${name}`)) counts.set(`#${name}`, 1);
    const file = this.#files.push([path, length]) - 1;
    for (const [word, number] of counts) {
      const posting = this.#postings.get(word);
      if (posting) posting.push(file, number);
      else this.#postings.set(word, [file, number]);
    }
  }

  build(complete: boolean): SourceIndex {
    return { v: 1, files: this.#files, postings: Object.fromEntries(this.#postings), complete };
  }
}

/** The files that a query finds, by BM25, best first. Pure. */
export function searchSource(index: SourceIndex, query: SourceQuery, limit: number): SourceHit[] {
  const { files, postings } = index;
  const average = files.reduce((sum, [, length]) => sum + length, 0) / Math.max(1, files.length);
  const hits = new Map<number, { score: number; found: [string, number][] }>();
  const names = [...query.identifiers];
  const wanted = [
    ...query.words,
    ...names.map((name) => `=${name}`),
    ...names.map((name) => `#${name}`),
  ];
  for (const word of wanted) {
    const posting = Object.hasOwn(postings, word) ? postings[word]! : [];
    const having = posting.length / 2;
    const rarity = Math.log(1 + (files.length - having + 0.5) / (having + 0.5));
    for (let at = 0; at < posting.length; at += 2) {
      const file = posting[at]!;
      const length = files[file]![1] / Math.max(1, average);
      const count = posting[at + 1]!;
      const score = (rarity * count * (K1 + 1)) / (count + K1 * (1 - B + B * length));
      const hit = hits.get(file) ?? { score: 0, found: [] };
      hit.score += score;
      hit.found.push([word, score]);
      hits.set(file, hit);
    }
  }
  return [...hits]
    .map(([file, { score, found }]) => {
      const best = found.toSorted((one, other) => other[1] - one[1]).map(([word]) => word);
      return {
        path: files[file]![0],
        score,
        words: best.filter((word) => !/^[=#]/.test(word)),
        identifiers: best.filter((word) => word.startsWith("=")).map((word) => word.slice(1)),
      };
    })
    .toSorted((one, other) => other.score - one.score || one.path.localeCompare(other.path))
    .slice(0, limit);
}
