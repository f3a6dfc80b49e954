import type { Crash, FeedbackMetadata, StackFrame } from "./feedback";

/** Changes whenever the same report would get another fingerprint: fingerprints of two versions never match. */
export const FINGERPRINT_VERSION = "v2";
/** How Sentry's SDKs write "whatever you would have used". */
const SDK_DEFAULT = /^\{\{\s*default\s*\}\}$/;
/**
 * All of the application's own frames count, this many at most: where an application is its own framework (a desktop program,
 * a server of plug-ins), the nearest eight are the same for many problems. Measured with test/eval.
 */
const FRAMES_COUNTED = 64;

/**
 * The key under which reports of one crash meet before any vector is looked at, `v2:` and 16 hex digits; `null` for a
 * report without a crash. In this order:
 *
 * 1. what the SDK sets (`{{ default }}` within it stands for the rest of this list);
 * 2. the error's type and the application's own frames, without line numbers; where these name no function, also the
 *    message and the functions of frames without a place;
 * 3. the type and the message, with numbers, ids, paths and quoted values generalised.
 */
export function fingerprintOf(
  metadata: Pick<FeedbackMetadata, "crash" | "fingerprint">,
): string | null {
  const set = (metadata.fingerprint ?? []).filter((part) => part.trim() !== "");
  const own = set.filter((part) => !SDK_DEFAULT.test(part.trim()));
  const crash = metadata.crash ? crashParts(metadata.crash) : null;
  if (own.length === 0) return crash ? keyOf(crash) : null;
  const usesDefault = own.length < set.length;
  return keyOf(["sdk", ...own, ...(usesDefault && crash ? crash : [])]);
}

/** What Rust says of a panic whose message it cannot read. */
const OPAQUE = /^Box<(?:dyn )?Any>$/;

/**
 * Where a crash happened: the application's own functions in its trace, each once, as 32-bit keys; `null` when it names none.
 * Two reports whose traces have no function in common are no one crash, whatever their prose says.
 */
export function traceOf(crash: Crash | null | undefined): Uint32Array | null {
  const named = crash?.frames.filter((frame) => frame.in_app && hasFunction(frame)) ?? [];
  const keys = new Set(ownFrames(named).map((name) => Number(BigInt.asUintN(32, fnv1a64(name)))));
  return keys.size === 0 ? null : Uint32Array.from(keys);
}

/** What identifies a crash, or `null` when it tells neither frames of its own nor a message. */
function crashParts(crash: Crash): string[] | null {
  const type = crash.type?.trim() ?? "";
  const own = crash.frames.filter((frame) => frame.in_app);
  const frames = ownFrames(own);
  const message = generalise(crash.message ?? "");
  if (frames.length > 0) {
    // Files alone tell too little: a file of helpers throws for many reasons.
    if (own.some(hasFunction)) return ["frames", type, ...frames];
    const others = [...(OPAQUE.test(message) ? [] : [message]), ...unplaced(crash.frames)];
    return others.join("") === "" ? null : ["files", type, ...frames, ...others];
  }
  return message === "" ? null : ["message", type, message];
}

/** In-app frames by module or file name, and function; repeated ones (recursion) once. */
function ownFrames(own: readonly StackFrame[]): string[] {
  const names = own.map(frameKey).filter((name) => name !== null);
  return names.filter((name, i) => name !== names[i - 1]).slice(0, FRAMES_COUNTED);
}

/** Functions of frames without a place (native traces), of which nobody can say whose they are. */
function unplaced(frames: readonly StackFrame[]): string[] {
  return frames
    .filter((frame) => !frame.file && !frame.module && frame.function)
    .map((frame) => functionName(frame.function!))
    .slice(0, FRAMES_COUNTED);
}

/** `<anonymous>` is how SDKs write that there is none. */
function hasFunction(frame: StackFrame): boolean {
  return frame.function !== null && !/^<?(?:anonymous|unknown)>?$|^\?$/.test(frame.function);
}

/** Files of which the class says more: `OrderService.kt` may hold many. */
const CLASS_FILE = /\.(?:java|kt|kts|scala|groovy|clj|cs|vb|fs)$/i;

/**
 * Whether a frame is named by its module (a class) and not by its file. SDKs add a module to every frame, a pasted trace has none:
 * where files name the code, the file must be taken from both.
 */
export function isNamedByClass(frame: Pick<StackFrame, "module" | "file">): boolean {
  return frame.module !== null && (frame.file === null || CLASS_FILE.test(frame.file));
}

function frameKey(frame: StackFrame): string | null {
  const file = frame.file === null ? null : fileName(frame.file);
  const place = isNamedByClass(frame) ? frame.module : file;
  const name = hasFunction(frame) ? functionName(frame.function!) : "";
  if (!place && !name) return null;
  return `${place === null ? "" : withoutCounters(place)}|${name}`;
}

/** The last part of a path, without the hash that a bundler writes into it. */
function fileName(file: string): string {
  const base =
    file
      .replaceAll("\\", "/")
      .replace(/[?#].*$/s, "")
      .split("/")
      .at(-1) ?? "";
  return base.replace(/[-.][0-9a-f]{6,40}(?=\.\w{1,5}$)/i, "");
}

function functionName(name: string): string {
  return withoutCounters(name.replace(/::h[0-9a-f]{16}$/, "").replace(/\((?!\*).*$/s, "")).trim();
}

/** Compilers number what has no name: `Outer$1`, `lambda$run$3`, `access$300`. */
function withoutCounters(name: string): string {
  return name.replace(/\$\d+/g, "$");
}

const VARIABLE_PARTS: readonly (readonly [RegExp, string])[] = [
  [/\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s"'<>)\]]+/gi, "<url>"],
  [/\b[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,5}\b/g, "<mail>"],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, "<id>"],
  [/\b\d{4}-\d{2}-\d{2}(?:[T ][\d:.,]+(?:Z|[+-]\d{2}:?\d{2})?)?/g, "<time>"],
  [/(?<![\w.])(?:[A-Za-z]:)?(?:[\\/][\w.@+~-]+){2,}[\\/]?/g, "<path>"],
  [/\b0x[0-9a-f]+\b/gi, "<hex>"],
  [/\b(?=[a-f]{0,63}\d)(?=\d{0,63}[a-f])[0-9a-f]{7,64}\b/gi, "<hex>"],
  [/[-+]?\d+(?:[.,:]\d+)*/g, "<n>"],
];
const MESSAGE_LIMIT = 1000;

/**
 * A message without what differs from event to event: addresses, mail addresses, UUIDs, times, paths, hex and decimal
 * numbers become marks. Only its first line with text counts, of which 1,000 units are read.
 */
export function generalise(message: string): string {
  let text = message.trimStart().split("\n", 1)[0]!.slice(0, MESSAGE_LIMIT);
  for (const [pattern, mark] of VARIABLE_PARTS) text = text.replace(pattern, mark);
  return text.replace(/\s+/g, " ").trim();
}

function keyOf(parts: readonly string[]): string {
  return `${FINGERPRINT_VERSION}:${fnv1a64(parts.join("\u0000")).toString(16).padStart(16, "0")}`;
}

/** FNV-1a, 64 bits, over UTF-8 (draft-eastlake-fnv). */
function fnv1a64(text: string): bigint {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return hash;
}
