import type { CandidateFile } from "../../domain/plan";
import { isForeignPath } from "../../domain/in-app";
import type { Evidence } from "./evidence";
import type { PlanRepository } from "./planner";
import { identifiersIn, splitIdentifier, stem, wordsOf } from "./words";

const MOST_CANDIDATES = 8;
const MOST_READS = 20;
const LONGEST_READ = 200_000;

/** Files that hold no logic, or none that people write. */
const NOT_CODE =
  /(^|\/)(\.[^/]+|package-lock\.json|yarn\.lock|pnpm-lock\.yaml|license[^/]*|dist|build|coverage|vendor)(\/|$)|\.(md|txt|lock|png|jpe?g|gif|svg|ico|pdf|woff2?|map|min\.js|snap|csv|zip|gz)$/i;
const TEST_FILE = /(^|\/)(tests?|__tests__|spec|e2e|fixtures)\/|\.(test|spec)\.[a-z]+$/i;

type Scored = { path: string; score: number; words: string[] };

/**
 * The files that a fix probably touches, best first, each with a reason: first those of the stack traces, then those whose
 * path shares words with the reports, moved up when their text holds identifiers that the reports quote. Reads at most
 * 20 files.
 */
export async function findCandidates(
  repository: PlanRepository,
  paths: string[],
  evidence: Evidence,
): Promise<CandidateFile[]> {
  const fromFrames = frameCandidates(evidence);
  const known = new Set(fromFrames.map((file) => file.path));
  const others = byPathWords(paths, evidence.text).filter((file) => !known.has(file.path));
  const fromWords = await byContent(repository, others.slice(0, MOST_READS), evidence.text);
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
  const files = paths.filter((path) => !NOT_CODE.test(path) && !isForeignPath(path));
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
    return { path, score: TEST_FILE.test(path) ? weight / 4 : weight, words };
  });
  return scored.toSorted(
    (one, other) => other.score - one.score || one.path.localeCompare(other.path),
  );
}

/** Opens the files, and weighs what their text shares with the reports: quoted identifiers most, rare words a little. */
async function byContent(
  repository: PlanRepository,
  files: Scored[],
  text: string,
): Promise<CandidateFile[]> {
  const identifiers = [...identifiersIn(text)];
  const wanted = wordsOf(text);
  const sources = await Promise.all(
    files.map(async ({ path }) => ((await repository.read(path)) ?? "").slice(0, LONGEST_READ)),
  );
  const shared = rareShared(files, sources, wanted);
  const scored = files.map((file, index) => {
    const hits = identifiers.filter((name) => sources[index]!.includes(name));
    const content = shared[index]!;
    const weight = TEST_FILE.test(file.path) ? 0.25 : 1;
    const score = file.score + weight * (hits.length * 3 + Math.min(content.length, 6) / 2);
    return { ...file, hits, content, score };
  });
  return scored
    .filter((file) => file.words.length + file.hits.length + file.content.length > 0)
    .toSorted((one, other) => other.score - one.score || one.path.localeCompare(other.path))
    .map((file) => ({ path: file.path, reason: reasonOf(file), line: null }));
}

/** For each text, the words it shares with the reports, without those that more than a third of the code has. */
function rareShared(files: Scored[], sources: string[], wanted: Set<string>): string[][] {
  const shared = sources.map((source) => [...wordsOf(source)].filter((word) => wanted.has(word)));
  const spread = new Map<string, number>();
  const code = shared.filter((_, index) => !TEST_FILE.test(files[index]!.path));
  for (const word of code.flat()) spread.set(word, (spread.get(word) ?? 0) + 1);
  const most = Math.max(1, code.length / 3);
  return shared.map((words) => words.filter((word) => (spread.get(word) ?? 0) <= most));
}

function quoted(words: string[], open: string, close: string): string {
  return words
    .slice(0, 3)
    .map((word) => `${open}${word}${close}`)
    .join(", ");
}

function reasonOf({
  hits,
  words,
  content,
}: Scored & { hits: string[]; content: string[] }): string {
  const parts: string[] = [];
  if (hits.length > 0) parts.push(`it contains ${quoted(hits, "`", "`")}, which the reports quote`);
  if (words.length > 0) {
    parts.push(`its path has ${quoted(words, "“", "”")} in common with the reports`);
  } else if (hits.length === 0) {
    parts.push(`its text has ${quoted(content, "“", "”")} in common with the reports`);
  }
  const text = parts.join("; ");
  return `${text.charAt(0).toUpperCase()}${text.slice(1, 490)}.`;
}
