import type { Crash, StackFrame } from "../../../domain/feedback";
import { errorLine } from "../../../domain/frame-text";
import { parseStackText } from "../../../domain/stack-text";
import type { EmbedInput } from "../embedder";
import { cleanWords } from "./clean";
import { FeatureCounts, type CountedFeature, type Origin } from "./counts";
import { namedByEngines, tellingWords, withoutCrash } from "./crash-words";
import { errorName, splitErrors } from "./error-lines";
import { frameName, spokenNames } from "./frame-features";
import { splitStack } from "./split-stack";
import { splitIdentifier, tokenise } from "./words";

const TITLE_TIMES = 3;
const FRAME_WORD_TIMES = 0.3;
const ERROR_WORD_TIMES = 0.5;
/** A frame counts `(1 + depth)^-decay`: near the crash they tell the problem, far from it the framework. */
const FRAME_DECAY = 0.3;
/** A token of a body counts `(1 + place / reach)^-decay`: reporters begin with the problem and end with logs. */
const READING_REACH = 200;
const READING_DECAY = 0.7;
/** Units of text that are read as words, once frames are taken out; and that are searched for frames. */
export const BODY_WORDS_LIMIT = 4000;
const BODY_LIMIT = 24_000;
const FRAMES_LIMIT = 40;
/** A frame of a library tells little where the application's own frames are known. */
const FOREIGN_FRAME_TIMES = 0.2;
/** Scripts without spaces give a pair for each character, so that a sentence has twice the words; its pairs are pieces already. */
const PAIR_TIMES = 0.3;
const PAIR =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]{1,2}$/u;
/** How much the name in an engine's phrase counts: it is as good as a quotation of the error. */
const ENGINE_TIMES = 4;
/** How much a frame's names count as people write them in prose: this is where a crash and a complaint about it meet. */
const SPOKEN_TIMES = 2;

const FILE_NAME =
  /(?<![\w.])(?:[\w@.-]{1,80}[\\/]){0,8}([\w@-]{1,60}\.(?:[cm]?[jt]sx?|py|rb|go|rs|java|kt|swift|dart|php|cs|cpp|cc|c|h|m|mm|vue|svelte|ex|scala))\b(?!\.\w)/gi;

/**
 * Reads a report into its features: words, identifiers, pairs of words and pieces of words of title and body; frames and
 * error names of its stack trace, whether pasted into the text or told by the source. Pure: the same report always has the same features.
 */
export function extractFeatures(input: EmbedInput): CountedFeature[] {
  const crash = input.crash ?? parseStackText(input.body.slice(0, BODY_LIMIT));
  const own = (text: string): string => (crash ? withoutCrash(text, crash) : text);
  const title = splitStack(own(input.title));
  const body = splitStack(own(input.body.slice(0, BODY_LIMIT)));
  const frames = framesOf(crash, [...title.frames, ...body.frames]);
  const counts = new FeatureCounts();
  const named = new Set<string>();
  const read = (text: string, times: number, decays: boolean): void => {
    const { types, words } = frames.length > 0 ? splitErrors(text) : { types: [], words: text };
    for (const type of types) {
      named.add(type);
      addErrorType(counts, type);
    }
    addText(
      counts,
      cleanWords(tellingWords(words)).slice(0, BODY_WORDS_LIMIT),
      times,
      decays,
      "text",
    );
  };
  read(title.words, TITLE_TIMES, false);
  read(body.words, 1, true);
  readCrash(counts, crash, named);
  const told = crash
    ? errorLine(crash)
    : `${input.title}\n${input.body.slice(0, BODY_WORDS_LIMIT)}`;
  for (const name of namedByEngines(told)) {
    counts.add("whole", `engine:${name}`, ENGINE_TIMES, crash ? "stack" : "text");
  }
  if (frames.length === 0) readFileNames(counts, `${title.words}\n${body.words}`);
  const telling = frames.some((frame) => frame.in_app);
  frames.forEach((frame, depth) => {
    addFrame(counts, frame, depth, telling && !frame.in_app ? FOREIGN_FRAME_TIMES : 1);
  });
  return counts.weighed();
}

/** The error itself: its type, if the text has not named it, and the words of its message that are its own. They belong to the trace. */
function readCrash(counts: FeatureCounts, crash: Crash | null, named: ReadonlySet<string>): void {
  const type = crash?.type ? errorName(crash.type) : null;
  if (type !== null && !named.has(type)) addErrorType(counts, type);
  if (!crash?.message) return;
  const message = cleanWords(tellingWords(crash.message)).slice(0, BODY_WORDS_LIMIT);
  addText(counts, message, 1, true, "stack");
}

/** Names of source files in prose: `invoice.js`, `src/invoice.js`. */
function readFileNames(counts: FeatureCounts, text: string): void {
  for (const [, name] of text.slice(0, BODY_WORDS_LIMIT).matchAll(FILE_NAME)) {
    counts.add("whole", name!.toLowerCase(), 1, "text");
  }
}

/** Frames that a source tells come first; frames in the text count when the source has not told them. */
function framesOf(crash: Crash | null, inText: StackFrame[]): StackFrame[] {
  const told = crash?.frames ?? [];
  const known = new Set(told.map(identity));
  const added = told.length === 0 ? inText : inText.filter((frame) => !known.has(identity(frame)));
  return [...told, ...added].slice(0, FRAMES_LIMIT);
}

function identity(frame: StackFrame): string {
  const name = frameName(frame);
  return name ? `${name.container}:${name.name}` : "";
}

function addText(
  counts: FeatureCounts,
  text: string,
  times: number,
  decays: boolean,
  origin: Origin,
): void {
  const words = new Map<string, number>();
  let previous: string | null = null;
  let place = 0;
  for (const token of tokenise(text)) {
    const weight = decays ? times * (1 + place / READING_REACH) ** -READING_DECAY : times;
    place += 1;
    if (token.whole !== null) counts.add("whole", token.whole, weight, origin);
    for (const word of token.words) {
      words.set(word, (words.get(word) ?? 0) + weight);
      if (previous !== null) counts.add("bigram", `${previous} ${word}`, weight, origin);
      previous = word;
    }
  }
  for (const [word, weight] of words) {
    const isPair = PAIR.test(word);
    counts.add("word", word, isPair ? weight * PAIR_TIMES : weight, origin);
    if (word.length > 1 && !isPair) counts.addGrams(word, weight);
  }
}

function addErrorType(counts: FeatureCounts, type: string): void {
  counts.add("errorType", type, 1, "stack");
  for (const part of splitIdentifier(type)) {
    counts.add("word", part.toLowerCase(), ERROR_WORD_TIMES, "stack");
  }
}

function addFrame(counts: FeatureCounts, frame: StackFrame, depth: number, telling: number): void {
  const name = frameName(frame);
  if (!name) return;
  const times = telling * (1 + depth) ** -FRAME_DECAY;
  const path = name.path.join("/");
  counts.add("frame", `${name.container}:${name.name}`, times, "stack");
  if (name.container) counts.add("container", `${path}/${name.container}`, times, "stack");
  if (path) counts.add("packagePath", path, times, "stack");
  if (name.path.length > 3) counts.add("prefix", name.path.slice(0, 3).join("/"), times, "stack");
  for (const word of name.words) counts.add("word", word, times * FRAME_WORD_TIMES, "stack");
  for (const spoken of spokenNames(name))
    counts.add("whole", spoken, times * SPOKEN_TIMES, "stack");
}
