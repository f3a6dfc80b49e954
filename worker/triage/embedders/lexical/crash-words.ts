import type { Crash } from "../../../domain/feedback";
import { parseErrorHeader } from "../../../domain/error-header";
import { errorLine, frameText } from "../../../domain/frame-text";

/**
 * What engines and runtimes say around the names that matter, the same in every report: "Cannot read properties of undefined
 * (reading 'x')" tells the kind of error, which its type tells already, and `x`.
 */
const ENGINE_PHRASES: readonly RegExp[] = [
  /\bcannot (?:read|set) propert(?:y|ies) of (?:undefined|null)(?: \((?:reading|setting) )?/gi,
  /\bcannot (?:read|set) property\b/gi,
  /\bof (?:undefined|null)\b/gi,
  /\bcannot destructure property\b|\bas it is (?:undefined|null)\b/gi,
  /\b(?:undefined|null) is not an object\b(?: \(evaluating )?/gi,
  /\bcan't access property\b|\bis (?:undefined|null)\b/gi,
  /\bis not (?:a function|a constructor|iterable|defined)\b/gi,
  /\b'?NoneType'? object has no attribute\b|\bobject has no attribute\b/gi,
  /\bobject is not (?:subscriptable|callable|iterable)\b/gi,
  /\bcannot invoke\b|\bbecause\b|\bis null\b/gi,
  /\bobject reference not set to an instance of an object\b/gi,
  /\bruntime error: invalid memory address or nil pointer dereference\b/gi,
  /\bundefined method\b|\bfor nil:NilClass\b|\bfor nil\b/gi,
];

/** Where an engine's phrase names what was missing or wrong. */
const NAMED_IN_PHRASE: readonly RegExp[] = [
  /cannot (?:read|set) propert(?:y|ies) of (?:undefined|null) \((?:reading|setting) ['"]([^'"\n]{1,80})['"]/gi,
  /cannot (?:read|set) property ['"]([^'"\n]{1,80})['"] of (?:undefined|null)/gi,
  /cannot destructure property ['"]([^'"\n]{1,80})['"]/gi,
  /(?:undefined|null) is not an object \(evaluating ['"]([^'"\n]{1,80})['"]/gi,
  /\b([\w$.]{1,80}) is not (?:a function|a constructor|iterable|defined)\b/g,
  /object has no attribute ['"](\w{1,80})['"]/gi,
  /\bKeyError: ['"]?([\w.-]{1,80})/g,
  /\bundefined method [`'"]([\w?!]{1,80})/gi,
];

/**
 * What engines' phrases in a text name, lower-cased: `country` for "Cannot read properties of undefined (reading 'country')". Who
 * quotes the phrase in another language, or in a line of prose, quotes the crash.
 */
export function namedByEngines(text: string): string[] {
  const names = NAMED_IN_PHRASE.flatMap((phrase) =>
    [...text.matchAll(phrase)].map((match) => match[1]!.toLowerCase()),
  );
  return [...new Set(names)].slice(0, 10);
}

/** An error's message without what its engine says in every such message. */
export function tellingWords(message: string): string {
  return ENGINE_PHRASES.reduce((text, phrase) => text.replace(phrase, " "), message);
}

/**
 * A text without what only repeats its crash: the error's message and the frames. Services such as Sentry make title and
 * body from the crash, and the crash is read by itself. An error's bare name is left: it is taken out with all others.
 */
export function withoutCrash(text: string, crash: Crash): string {
  const frames = new Set(crash.frames.map(frameText));
  const message = crash.message?.trim();
  const isHeader = (line: string): boolean =>
    !!message && (parseErrorHeader(line)?.message?.includes(message) ?? false);
  const lines = text.split("\n").filter((line) => !frames.has(line.trim()) && !isHeader(line));
  const rest = lines.join("\n");
  return message ? rest.replaceAll(errorLine(crash), " ").replaceAll(message, " ") : rest;
}
