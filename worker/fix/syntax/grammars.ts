import type { Parser } from "@lezer/common";
import { babelReads } from "./second-opinion";

/**
 * A grammar that is loaded when a file needs it. `loose`: it stumbles over correct code too, so its findings are only shown. `gaps`:
 * lines of newer syntax that it does not know; near them it counts as loose. `reads`: a second parser that knows it better.
 */
type Grammar = {
  name: string;
  loose: boolean;
  load(): Promise<Parser>;
  gaps?: RegExp;
  reads?(path: string, text: string): Promise<boolean>;
};

const javascript = (dialect: string) => async () =>
  (await import("@lezer/javascript")).parser.configure({ dialect });

const JS: Grammar = {
  name: "JavaScript",
  loose: false,
  reads: babelReads,
  load: javascript("jsx"),
};
const TS: Grammar = { name: "TypeScript", loose: false, reads: babelReads, load: javascript("ts") };
const TSX: Grammar = {
  name: "TypeScript",
  loose: false,
  reads: babelReads,
  load: javascript("ts jsx"),
};
const PYTHON: Grammar = {
  name: "Python",
  loose: false,
  gaps: /^\s*(?:async\s+)?with\s*\(/,
  load: async () => (await import("@lezer/python")).parser,
};
const CPP: Grammar = {
  name: "C/C++",
  loose: true,
  load: async () => (await import("@lezer/cpp")).parser,
};
const YAML: Grammar = {
  name: "YAML",
  loose: true,
  load: async () => (await import("@lezer/yaml")).parser,
};
const HTML: Grammar = {
  name: "HTML",
  loose: true,
  load: async () => (await import("@lezer/html")).parser,
};

const BY_ENDING: Record<string, Grammar> = {
  js: JS,
  mjs: JS,
  cjs: JS,
  jsx: JS,
  ts: TS,
  mts: TS,
  cts: TS,
  tsx: TSX,
  py: PYTHON,
  pyi: PYTHON,
  go: { name: "Go", loose: false, load: async () => (await import("@lezer/go")).parser },
  java: {
    name: "Java",
    loose: false,
    gaps: /\bcase\b.*->|\bwhen\b|\bsealed\b|\bpermits\b/,
    load: async () => (await import("@lezer/java")).parser,
  },
  rs: { name: "Rust", loose: false, load: async () => (await import("@lezer/rust")).parser },
  json: { name: "JSON", loose: false, load: async () => (await import("@lezer/json")).parser },
  css: { name: "CSS", loose: false, load: async () => (await import("@lezer/css")).parser },
  php: { name: "PHP", loose: true, load: async () => (await import("@lezer/php")).parser },
  c: CPP,
  h: CPP,
  cc: CPP,
  cpp: CPP,
  cxx: CPP,
  hpp: CPP,
  hh: CPP,
  yml: YAML,
  yaml: YAML,
  html: HTML,
  htm: HTML,
};

/** JSON by its name, but with comments. */
const WITH_COMMENTS =
  /(?:^|\/)(?:tsconfig|jsconfig)[^/]*\.json$|(?:^|\/)\.vscode\/|\.code-workspace$/;

/** The grammar for a path, by its ending; null where we have none. */
export function grammarOf(path: string): Grammar | null {
  if (WITH_COMMENTS.test(path)) return null;
  const ending = path.slice(path.lastIndexOf(".") + 1).toLowerCase();
  return Object.hasOwn(BY_ENDING, ending) ? BY_ENDING[ending]! : null;
}
