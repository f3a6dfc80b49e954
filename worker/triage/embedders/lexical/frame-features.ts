import { isNamedByClass } from "../../../domain/fingerprint";
import type { StackFrame } from "../../../domain/feedback";
import { splitIdentifier } from "./words";
import { stem } from "./stemmer";
import { STOP_WORDS } from "./stop-words";

/** A frame in the terms that all notations share. `path` is a package or folder path, outermost first. */
export type FrameName = { container: string; name: string; path: string[]; words: string[] };

/**
 * Names a frame without line numbers, generated numbers and machine folders, the same for a pasted line and for what an
 * SDK tells: class and method where there is a class, else file and function. Null when nothing names it.
 */
export function frameName(frame: StackFrame): FrameName | null {
  const fn = functionName(frame.function);
  if (isNamedByClass(frame)) return classFrame(frame.module!, fn);
  if (frame.file !== null && frame.file !== "<anonymous>") return fileFrame(frame.file, fn);
  if (!fn) return null;
  const cut = Math.max(
    fn.lastIndexOf("::"),
    fn.lastIndexOf("."),
    fn.lastIndexOf("->"),
    fn.lastIndexOf("#"),
  );
  if (cut <= 0) return named("", fn, []);
  const path = fn
    .slice(0, cut)
    .split(/::|\.|\\/)
    .filter(Boolean);
  return named(path.at(-1) ?? "", fn.slice(cut).replace(/^\W+/, ""), path.slice(0, -1));
}

function classFrame(module: string, fn: string): FrameName {
  const path = module.split(/[./]/).filter(Boolean);
  const container = (path.at(-1) ?? "").replace(/\$\d+/g, "$").replace(/\$+$/, "");
  return named(container, fn, path.slice(0, -1));
}

function fileFrame(file: string, fn: string): FrameName {
  const path = file
    .replaceAll("\\", "/")
    .replace(/^\w+:\/{0,3}/, "")
    .replace(/[?#].*$/, "")
    .replace(/[-.][0-9a-f]{6,32}(?=\.\w+$)/, "")
    .split("/")
    .filter((part) => part !== "" && part !== "." && part !== "..");
  const base = path.at(-1) ?? "";
  return named(base, fn, path.slice(-2, -1));
}

function named(container: string, name: string, path: string[]): FrameName {
  const words = [container.replace(/\.\w{1,5}$/, ""), name]
    .flatMap(splitIdentifier)
    .map((part) => part.toLowerCase())
    .filter(
      (part) =>
        part.length > 1 && part.length <= 40 && !STOP_WORDS.has(part) && !/^\d+$/.test(part),
    )
    .map(stem);
  return { container, name, path, words };
}

/** Drops arguments, generics' hashes and the counters of compilers: `lambda$run$3`, `access$300`, `fn::h0123456789abcdef`. */
function functionName(name: string | null): string {
  return (name ?? "")
    .replace(/::h[0-9a-f]{16}$/, "")
    .replace(/\((?!\*).*$/s, "")
    .replace(/^(?:async|new|block (?:\(\d+ levels\) )?in|rescue in|ensure in) /, "")
    .replace(/ \[as [^\]]*\]$/, "")
    .replace(/\$\d+/g, "$")
    .replace(/\$+$/, "")
    .slice(0, 200);
}

/** A frame's function and file or class as people name them in prose, in lower case; single words are left to the words. */
export function spokenNames({ container, name }: FrameName): string[] {
  const names = [name.split(/\.|::|->|#/).at(-1) ?? "", container];
  return names
    .filter((one) => /[.$_]/.test(one) || splitIdentifier(one).length > 1)
    .map((one) => one.toLowerCase());
}
