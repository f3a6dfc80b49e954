import type { CandidateFile } from "../../domain/plan";
import { isForeignPath } from "../../domain/in-app";
import type { Evidence } from "./evidence";
import type { PlanRepository } from "./planner";
import { mayHoldCode, weightOf } from "./source-files";
import type { SourceHit } from "./source-index";
import { identifiersIn, splitIdentifier, stem, wordsOf } from "./words";

const MOST_CANDIDATES = 8;
/** Files that are weighed by path, and as many again by text. */
const MOST_WEIGHED = 40;
/** A quoted identifier is a strong sign, whatever else the file has. */
const IDENTIFIER_WEIGHT = 3;

type Scored = { path: string; score: number; words: string[] };

/**
 * The files that a fix probably touches, best first, each with a reason: first those of the stack traces, then those whose
 * path or text shares words with the reports, rare ones most, and above all identifiers that the reports quote.
 */
export async function findCandidates(
  repository: PlanRepository,
  paths: string[],
  evidence: Evidence,
): Promise<CandidateFile[]> {
  const fromFrames = frameCandidates(evidence);
  const known = new Set(fromFrames.map((file) => file.path));
  const fromWords = (await byWords(repository, paths, evidence.text)).filter(
    (file) => !known.has(file.path),
  );
  const room = fromFrames.length > 0 ? 2 : MOST_CANDIDATES;
  return [...fromFrames, ...fromWords.slice(0, room)].slice(0, MOST_CANDIDATES);
}

/** One candidate for each file of the main crash, then for files that other crashes of the cluster name. */
function frameCandidates(evidence: Evidence): CandidateFile[] {
  const candidates = new Map<string, CandidateFile>();
  for (const [index, frame] of evidence.frames.entries()) {
    if (candidates.has(frame.path)) continue;
    const where = frame.function ? ` in \`${frame.function}\`` : "";
    const reports = `${evidence.crashReports} of ${evidence.total} reports`;
    const reason =
      index === 0
        ? `The crash happens in line ${frame.line}${where} (${reports}).`
        : `Line ${frame.line}${where} leads to the crash: it is on the stack.`;
    candidates.set(frame.path, { path: frame.path, reason, line: frame.line });
  }
  for (const path of evidence.otherPaths) {
    if (candidates.has(path)) continue;
    candidates.set(path, {
      path,
      reason: "A stack trace of these reports names this file.",
      line: null,
    });
  }
  return [...candidates.values()];
}

/** Rare words weigh more: a word that half of all paths share says nothing. */
function byPathWords(paths: string[], text: string): Scored[] {
  const wanted = wordsOf(text);
  const files = paths.filter((path) => mayHoldCode(path) && !isForeignPath(path));
  const tokens = files.map((path) => new Set(splitIdentifier(path).map(stem)));
  const spread = new Map<string, number>();
  for (const set of tokens)
    for (const token of set) spread.set(token, (spread.get(token) ?? 0) + 1);
  const scored = files.map((path, index) => {
    const words = [...tokens[index]!].filter((token) => wanted.has(token));
    const weight = words.reduce(
      (sum, word) => sum + Math.log1p(files.length / spread.get(word)!),
      0,
    );
    return { path, score: weight * weightOf(path), words };
  });
  return scored.toSorted(
    (one, other) => other.score - one.score || one.path.localeCompare(other.path),
  );
}

/** The files by path and by text together. What the text says is BM25 over the source at the plan's commit. */
async function byWords(
  repository: PlanRepository,
  paths: string[],
  text: string,
): Promise<CandidateFile[]> {
  const known = new Set(paths);
  const query = { words: wordsOf(text), identifiers: identifiersIn(text) };
  const hits = (await repository.search(query, MOST_WEIGHED)).filter(
    ({ path }) => known.has(path) && !isForeignPath(path),
  );
  const byPath = byPathWords(paths, text);
  const pathOf = new Map(byPath.map((file) => [file.path, file]));
  const textOf = new Map(hits.map((hit) => [hit.path, hit]));
  const weighed = new Set([
    ...byPath.slice(0, MOST_WEIGHED).map(({ path }) => path),
    ...textOf.keys(),
  ]);
  return [...weighed]
    .map((path) => {
      const { score = 0, words = [] } = pathOf.get(path) ?? {};
      const hit = textOf.get(path) ?? { score: 0, words: [], identifiers: [] };
      const told = hit.score + hit.identifiers.length * IDENTIFIER_WEIGHT;
      return { path, words, hit, score: score + told * weightOf(path) };
    })
    .filter(({ score }) => score > 0)
    .toSorted((one, other) => other.score - one.score || one.path.localeCompare(other.path))
    .map((file) => ({ path: file.path, reason: reasonOf(file), line: null }));
}

function quoted(words: string[], open: string, close: string): string {
  return words
    .slice(0, 3)
    .map((word) => `${open}${word}${close}`)
    .join(", ");
}

function reasonOf({ words, hit }: { words: string[]; hit: Omit<SourceHit, "path"> }): string {
  const { identifiers, words: content, score } = hit;
  const parts: string[] = [];
  if (identifiers.length > 0)
    parts.push(`it contains ${quoted(identifiers, "`", "`")}, which the reports quote`);
  if (words.length > 0)
    parts.push(`its path has ${quoted(words, "“", "”")} in common with the reports`);
  if (content.length > 0) {
    const whose = parts.length > 0 ? "them" : "the reports";
    parts.push(
      `its text has ${quoted(content, "“", "”")} in common with ${whose} (score ${score.toFixed(1)})`,
    );
  }
  const text = parts.join("; ");
  return `${text.charAt(0).toUpperCase()}${text.slice(1, 490)}.`;
}
