import { splitStack } from "../embedders/lexical/split-stack";

/** Beginnings of a title that say nothing of the problem. Taken off again and again. */
const TITLE_PREFIX =
  /^(?:\[[^\]]{1,40}\]|\([^)]{1,20}\)(?=\s*[A-Z])|(?:re|fwd?|aw|wg|bug|bug report|issue|problem|question|help|urgent|error report|feedback|report|sentry|sev ?\d|p[0-4])\s*(?:#?\d+\s*)?(?:[:!\-–—]+(?=\s)|[:!]+)|[A-Z][A-Z0-9]{1,9}-\d{1,7}\s*[:\-–—]|#\d{1,7}\s*[:\-–—]?|\p{Extended_Pictographic}\uFE0F?|(?:hi|hello|hey|dear)(?:\s(?:all|team|everyone|there|guys|folks|support))?\s*[,!.\-–—:]+|(?:same (?:here|problem|issue|thing|bug)(?: for me| as above)?|me too|\+1)\s*[,!.:\-–—]+|(?:please help|help please|pls help|need help|urgent)\s*[,!:.\-–—]*\s+(?:with\s+)?|[-–—*•#>"'\s]+)\s*/iu;
const TITLE_SUFFIX =
  /(?:\s*[\s.,;:!?…\-–—*"']|\s+(?:please|pls|plz|thanks|thank you|help|asap)(?:\s+(?:help|fix|advise))?|\s*\p{Extended_Pictographic}\uFE0F?)+$/iu;

/** A title without tags, prefixes, ids of trackers, greetings and shouting; may be empty. */
export function plainTitle(title: string): string {
  let text = title.replace(/\s+/g, " ").replace(/`/g, "").trim();
  for (let before = ""; before !== text;) {
    before = text;
    text = text.replace(TITLE_PREFIX, "");
  }
  text = text.replace(TITLE_SUFFIX, (end) => (/^["']$/.test(end) && balanced(text) ? end : ""));
  return capitalised(withoutShouting(text));
}

function balanced(text: string): boolean {
  return ['"', "'"].every((quote) => text.split(quote).length % 2 === 1);
}

function withoutShouting(text: string): string {
  const letters = text.replace(/[^A-Za-z]/g, "");
  const capitals = letters.replace(/[^A-Z]/g, "").length;
  const isShouted = letters.length > 10 && capitals / letters.length > 0.8 && /\s/.test(text);
  return isShouted ? text.toLowerCase() : text;
}

/** A capital at the start, unless the first word is a name in code. */
export function capitalised(text: string): string {
  const first = /^\S+/.exec(text)?.[0] ?? "";
  if (/[._()$/\\<>=]|[a-z][A-Z]/.test(first) || /^[a-z]+-[a-z]+/.test(first)) return text;
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const DROPPED_BLOCKS: readonly RegExp[] = [
  /<!--[\s\S]*?(?:-->|$)/g,
  /```[\s\S]*?(?:```|$)/g,
  /\{(?:code|noformat|quote)[^}]{0,60}\}[\s\S]*?(?:\{(?:code|noformat|quote)\}|$)/g,
  /!\[[^\]\n]{0,200}\]\([^)\n]{0,1000}\)/g,
  /<[a-z/][^>\n]{0,500}>/gi,
];
/** Lines that are no prose: templates, headings, fields, logs, quotes, greetings and farewells. */
const DROPPED_LINES: readonly RegExp[] = [
  /^\s*(?:#{1,6}\s|h[1-6]\.\s|[-*]\s+\[[ xX]\]|>|\|)/,
  /^\s*\*{0,2}[\w /()'-]{1,50}\*{0,2}\s*:\s*\*{0,2}\s*$/,
  /^\s*(?:[-*]\s*)?\*{0,2}(?:os|browser|version|device|platform|environment|app version|url|release|build|severity|priority|component|reporter|user ?id|order ?id|locale|language|java|node|kernel|toolchain|rustc|cargo|host|binary|commit[- ]\w+|llvm version|culprit|level|tags?|assignee)\b[\w ]{0,20}\*{0,2}\s*[:=]/i,
  /^\s*(?:\[?\d{2,4}[-/]\d{1,2}[-/]\d{1,4}|\d{1,2}:\d{2}:\d{2}|\[?(?:INFO|WARN|WARNING|DEBUG|ERROR|TRACE|FATAL)\b)/,
  /^\s*(?:hi|hello|hey|dear|good (?:morning|evening|afternoon|day))\b.{0,40}$/i,
  /^\s*(?:thanks|thank you|cheers|regards|kind regards|best regards|best|sent from my)\b.{0,60}$/i,
  /^\s*On .{5,120} wrote:\s*$/,
  /^\s*(?:Traceback|Caused by|Exception in thread|stack backtrace|goroutine \d|note: run with)/,
  /^\s*[$%]\s/,
  // A frame, `file:line function`, as a report of Sentry's tells its top ones.
  /^\s*\S{1,300}\.\w{1,8}:\d+(?::\d+)?(?:\s+\S{1,200}){0,3}\s*$/,
];
const GREETING =
  /^\s*(?:hi|hello|hey|dear)(?:\s+(?:all|team|everyone|there|guys|folks|support|sir|madam|\w+ team))?\s*[,!.:–—-]+\s*/i;

/** The sentences in which a reporter tells the problem, in order; templates, logs, code and courtesies left out. */
export function proseSentences(body: string, limit = 40): string[] {
  let text = body.slice(0, 8000);
  for (const pattern of DROPPED_BLOCKS) text = text.replace(pattern, "\n");
  const lines = splitStack(text)
    .words.split("\n")
    .filter((line) => !DROPPED_LINES.some((pattern) => pattern.test(line)))
    .map((line) =>
      line
        .replace(GREETING, "")
        .replace(/^\s*(?:[-*•]|\d{1,2}[.)])\s+/, "")
        .trim(),
    );
  return paragraphs(lines).flatMap(sentencesOf).filter(isProse).slice(0, limit);
}

/** Joins lines that were broken at a width: those that do not end a sentence and are long, or go on in lower case. */
function paragraphs(lines: string[]): string[] {
  const joined: string[] = [];
  let open = "";
  lines.forEach((line, i) => {
    if (line === "") {
      open = flushInto(joined, open);
      return;
    }
    open = open ? `${open} ${line}` : line;
    const goesOn = line.length >= 50 || (line.length >= 25 && /^\p{Ll}/u.test(lines[i + 1] ?? ""));
    if (!goesOn || /[.!?:]$/.test(line)) open = flushInto(joined, open);
  });
  flushInto(joined, open);
  return joined;
}

function flushInto(list: string[], text: string): string {
  if (text) list.push(text);
  return "";
}

function sentencesOf(paragraph: string): string[] {
  return paragraph
    .replace(/https?:\/\/\S+/g, "")
    .replace(/\{\{([^{}\n]{1,200})\}\}/g, "$1")
    .replace(/[`*]{1,2}([^`*\n]{1,200})[`*]{1,2}/g, "$1")
    .replace(/\[([^\]\n]{1,200})\]\([^)\n]{0,500}\)/g, "$1")
    .split(/(?<=[.!?])\s+(?=[\p{Lu}"'(\d])|(?<=[。！？])/u)
    .map((sentence) => sentence.replace(/\s+/g, " ").trim());
}

/** Words to the reader, not about the problem. */
const ADDRESS =
  /^(?:(?:can|could|would|will) (?:you|someone|somebody|anyone|anybody)|any (?:ideas?|help|thoughts)|please|let me know|thanks|thank you|has anyone|does anyone|am i)\b/i;

/** At least three words, or eight characters of a script without spaces, mostly letters, and about the problem. */
function isProse(sentence: string): boolean {
  const letters = sentence.match(/[\p{L}\p{N}\s]/gu)?.length ?? 0;
  const isUnspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u.test(sentence);
  const isLong = isUnspaced ? sentence.length >= 8 : sentence.split(" ").length >= 3;
  return isLong && !ADDRESS.test(sentence) && letters / sentence.length > 0.75;
}
