import type { Crash } from "../domain/feedback";
import { errorLine } from "../domain/frame-text";
import { namedByEngines, tellingWords } from "./embedders/lexical/crash-words";
import { quotationKey } from "./embedders/lexical/hash";
import { STOP_WORDS } from "./embedders/lexical/stop-words";

/**
 * How a report puts it, as 32-bit keys: of a crash what one would quote of its message, of a text all that it may quote.
 * Kept beside the vector, since a quotation of five words is lost in a report of two hundred.
 */
export type Wording = { of: "crash" | "text"; keys: Uint32Array };

/** Words that are read of a text, and of a message. */
const TEXT_WORDS = 400;
const MESSAGE_WORDS = 40;
const TEXT_UNITS = 4000;
/** Words in a row that make one key. */
const RUN = 3;
/** So many of a message's runs in a text are a quotation: four words in a row. A shorter message has one. */
const QUOTED_RUNS = 2;

const WORD = /[\p{L}\p{N}_$]+/gu;

/**
 * The wording of a report. Of a crash whose engine names what was missing ("Cannot read properties of undefined (reading
 * 'x')") it is that name: the rest is in every such message. Of any other crash it is the runs of three words of its
 * message that tell something. Numbers are all alike. Pure.
 */
export function wordingOf(report: {
  title: string;
  body: string;
  crash: Crash | null | undefined;
}): Wording {
  const { crash } = report;
  if (crash?.message) {
    const names = keysOfNames(errorLine(crash));
    const keys = names.length > 0 ? names : tellingRuns(crash.message);
    return { of: "crash", keys: Uint32Array.from(keys) };
  }
  const text = `${report.title}\n${report.body}`.slice(0, TEXT_UNITS);
  const keys = new Set([...keysOfNames(text), ...runsOf(wordsOf(text, TEXT_WORDS)).map(keyOf)]);
  return { of: "text", keys: Uint32Array.from(keys) };
}

/** Whether one of the two is a text that quotes the other's message. */
export function isQuotation(a: Wording | null, b: Wording | null): boolean {
  if (!a || !b || a.of === b.of) return false;
  const [{ keys: crash }, { keys: text }] = a.of === "crash" ? [a, b] : [b, a];
  let found = 0;
  for (const key of crash) if (text.includes(key)) found += 1;
  return found > 0 && found >= Math.min(QUOTED_RUNS, crash.length);
}

function keysOfNames(text: string): number[] {
  return namedByEngines(text).map((name) => quotationKey(`engine ${name}`));
}

/** A run of one telling word is no quotation ("could not find"), but for a message that has no other. */
function tellingRuns(message: string): number[] {
  const telling = new Set(wordsOf(tellingWords(message), MESSAGE_WORDS).filter(isTelling));
  const count = (run: string[]): number => new Set(run.filter((word) => telling.has(word))).size;
  const runs = runsOf(wordsOf(message, MESSAGE_WORDS));
  if (runs.length === 1) return count(runs[0]!) > 1 ? runs.map(keyOf) : [];
  const told = runs.filter((run) => count(run) > 0);
  return told.some((run) => count(run) > 1) && told.length > 1 ? told.map(keyOf) : [];
}

function isTelling(word: string): boolean {
  return word.length > 2 && word !== "#" && !STOP_WORDS.has(word);
}

function wordsOf(text: string, limit: number): string[] {
  const words = text.toLowerCase().match(WORD) ?? [];
  return words.slice(0, limit).map((word) => (/^\d+$/.test(word) ? "#" : word));
}

function runsOf(words: readonly string[]): string[][] {
  return words.slice(RUN - 1).map((_, i) => words.slice(i, i + RUN));
}

function keyOf(run: readonly string[]): number {
  return quotationKey(run.join(" "));
}
