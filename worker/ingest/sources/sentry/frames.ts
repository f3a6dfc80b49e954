import type { Crash, StackFrame } from "../../../domain/feedback";
import { cleanText } from "../../../domain/feedback";
import { isInstalledPackage, looksInApp } from "../../../domain/in-app";
import { countOf, firstText, isRecord, listOf, recordOf, textOf, type Loose } from "../loose";

const FRAMES_LIMIT = 250;
/** Chains longer than this are made, not thrown. */
const EXCEPTIONS_LIMIT = 50;
const NAME_LIMIT = 500;
const MESSAGE_LIMIT = 8_000;

/** One exception of an event. `frames`: crash site first. */
export type SentryException = { type: string | null; message: string | null; frames: StackFrame[] };

/** The exceptions of an event: the one that was thrown, and the others (its causes), nearest first. */
export type SentryExceptions = { thrown: SentryException; others: SentryException[] };

/**
 * Reads the exceptions of an event in any of the shapes that SDKs send: `exception.values[]`, a bare array, a single
 * object, `sentry.interfaces.Exception`. Sentry orders oldest cause first, so the last one is the one thrown, unless
 * `mechanism.exception_id` names it (0). A group that holds one single exception stands for it. Null without any.
 */
export function sentryExceptions(event: Loose): SentryExceptions | null {
  const raw = rawExceptions(event).slice(-EXCEPTIONS_LIMIT);
  if (raw.length === 0) return null;
  const at = thrownIndex(raw);
  const read = raw.map(readException);
  const others = read.filter((_, index) => index !== at).reverse();
  return { thrown: read[at]!, others };
}

/**
 * The event's crash: the thrown exception, with the frames of the nearest exception that has some, else of the event's
 * own stack, else of the thread that crashed. Null when there is neither an exception nor a frame.
 */
export function sentryCrash(event: Loose): Crash | null {
  const exceptions = sentryExceptions(event);
  const thrown = exceptions?.thrown;
  const frames = [
    thrown?.frames ?? [],
    ...(exceptions?.others.map((other) => other.frames) ?? []),
    readFrames(event.stacktrace ?? event["sentry.interfaces.Stacktrace"]),
    threadFrames(event),
  ].find((candidate) => candidate.length > 0);
  if (!thrown && !frames) return null;
  return { type: thrown?.type ?? null, message: thrown?.message ?? null, frames: frames ?? [] };
}

function rawExceptions(event: Loose): Loose[] {
  const value = event.exception ?? event["sentry.interfaces.Exception"];
  if (Array.isArray(value)) return value.filter(isRecord);
  if (!isRecord(value)) return [];
  if (Array.isArray(value.values)) return value.values.filter(isRecord);
  return "type" in value || "value" in value || "stacktrace" in value ? [value] : [];
}

function thrownIndex(raw: Loose[]): number {
  const ids = raw.map((exception) => countOf(recordOf(exception.mechanism).exception_id));
  const parents = raw.map((exception) => countOf(recordOf(exception.mechanism).parent_id));
  let at = ids.indexOf(0);
  if (at < 0) return raw.length - 1;
  // Walks down through groups of one; at most as many steps as there are exceptions, for ids may point in a circle.
  for (let step = 0; step < raw.length; step++) {
    if (recordOf(raw[at]!.mechanism).is_exception_group !== true) break;
    const id = ids[at];
    const children = parents.flatMap((parent, i) => (parent === id && i !== at ? [i] : []));
    if (children.length !== 1) break;
    at = children[0]!;
  }
  return at;
}

function readException(raw: Loose): SentryException {
  return {
    type: short(raw.type, NAME_LIMIT),
    message: short(raw.value, MESSAGE_LIMIT),
    frames: readFrames(raw.stacktrace ?? raw.rawStacktrace ?? raw.raw_stacktrace),
  };
}

/** Frames come oldest first; ours have the crash site first. */
function readFrames(stacktrace: unknown): StackFrame[] {
  const list = Array.isArray(stacktrace) ? stacktrace : listOf(recordOf(stacktrace).frames);
  return list.filter(isRecord).slice(-FRAMES_LIMIT).reverse().map(readFrame);
}

/** One frame, in the snake case of events or the camel case of the API. */
export function readFrame(raw: Loose): StackFrame {
  const place = {
    file: short(firstText(raw.filename, raw.abs_path, raw.absPath), NAME_LIMIT),
    function: short(firstText(raw.function, raw.raw_function, raw.rawFunction), NAME_LIMIT),
    module: short(firstText(raw.module, imageName(raw.package)), NAME_LIMIT),
  };
  return {
    ...place,
    line: countOf(raw.lineno ?? raw.lineNo),
    column: countOf(raw.colno ?? raw.colNo),
    in_app: isInApp(raw.in_app ?? raw.inApp, place),
  };
}

/** A native program or library by its name: its folder is another on each device. */
function imageName(image: unknown): string | undefined {
  const name = textOf(image);
  return name && /[\\/]/.test(name) ? (name.split(/[\\/]/).at(-1) ?? name) : name;
}

/** Sentry's word counts, but some SDKs call everything the application's own, installed packages too. */
function isInApp(told: unknown, place: Parameters<typeof looksInApp>[0]): boolean {
  if (typeof told !== "boolean") return looksInApp(place);
  return told && !(place.file && isInstalledPackage(place.file));
}

function threadFrames(event: Loose): StackFrame[] {
  const value = event.threads;
  const threads = (Array.isArray(value) ? value : listOf(recordOf(value).values)).filter(isRecord);
  const thread =
    threads.find((each) => each.crashed === true) ?? threads.find((each) => each.current === true);
  return thread ? readFrames(thread.stacktrace) : [];
}

function short(value: unknown, limit: number): string | null {
  const text = textOf(value);
  return (text && cleanText(text, limit)) || null;
}
