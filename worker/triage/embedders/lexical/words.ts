import { stem } from "./stemmer";
import { STOP_WORDS } from "./stop-words";

/** A token of a text. `words` are stemmed, without stop words; `whole` is the lower-cased identifier they are parts of. */
export type Token = { words: string[]; whole: string | null };

const TOKEN = /[\p{L}\p{M}\p{N}_$]+|\p{Extended_Pictographic}/gu;
const ASCII_TOKEN = /[A-Za-z0-9_$]+/g;
/** Scripts that are written without spaces between words. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]+/gu;
// eslint-disable-next-line no-control-regex -- the range of ASCII is what is asked for
const ONLY_ASCII = /^[\x00-\x7f]*$/;
const WORD_LIMIT = 40;

/**
 * Splits a text into tokens. Identifiers (`camelCase`, `snake_case`, `A$B`) give their parts and themselves; text in scripts
 * without spaces gives pairs of characters; an emoji is a word. A token whose words are all stop words is left out.
 */
export function tokenise(text: string): Token[] {
  const plain = text.replace(/(?<=[A-Za-z])['’](?=[A-Za-z])/g, "");
  const tokens: Token[] = [];
  for (const raw of plain.match(ONLY_ASCII.test(plain) ? ASCII_TOKEN : TOKEN) ?? []) {
    const token = tokenOf(raw);
    if (token) tokens.push(token);
  }
  return tokens;
}

function tokenOf(raw: string): Token | null {
  if (/^[a-z]+$/.test(raw)) return plainToken(raw);
  // eslint-disable-next-line no-control-regex -- as above
  if (!/^[\x00-\x7f]+$/.test(raw)) return unicodeToken(raw);
  const parts = splitIdentifier(raw);
  if (parts.length === 1) return plainToken(parts[0]!.toLowerCase());
  const words = parts.flatMap((part) => plainToken(part.toLowerCase())?.words ?? []);
  if (words.length === 0) return null;
  return { words, whole: raw.toLowerCase().slice(0, 2 * WORD_LIMIT) };
}

function plainToken(word: string): Token | null {
  if (word.length < 2 || word.length > WORD_LIMIT || STOP_WORDS.has(word)) return null;
  return { words: [stem(word)], whole: null };
}

function unicodeToken(raw: string): Token | null {
  const lower = raw.normalize("NFKC").toLowerCase();
  const words: string[] = [];
  const rest = lower.replace(UNSPACED, (run) => {
    words.push(...pairsOf(run));
    return " ";
  });
  for (const part of rest.split(/[\s_$]+/)) {
    const isSymbol = /^\p{Extended_Pictographic}$/u.test(part);
    if (isSymbol) words.push(part);
    else words.push(...(plainToken(part)?.words ?? []));
  }
  return words.length > 0 ? { words, whole: null } : null;
}

/** Overlapping pairs of characters; a run of one character is that character. */
function pairsOf(run: string): string[] {
  const characters = [...run].slice(0, 400);
  if (characters.length === 1) return characters;
  return characters.slice(1).map((character, i) => characters[i]! + character);
}

/** Splits at `_`, `$`, from lower to upper case (`fooBar`), before the last capital of a run (`HTTPServer`), and at digits. */
export function splitIdentifier(raw: string): string[] {
  return raw.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[\p{L}\p{M}]+/gu) ?? [];
}
