import type { SyntaxNode } from "@lezer/common";
import { lineAt, offsetAt, partsOf, pathText, textOf, type Code } from "./syntax";
import { statementAround } from "./reach";

/** A place that reads a property: `object.name`, `object[key]`, or `{ name } = source`. */
export type Read = {
  kind: "member" | "pattern";
  node: SyntaxNode;
  /** What is read from: the object of the member expression; the source of the pattern, `null` when it has none. */
  object: SyntaxNode | null;
  guarded: boolean;
  /** Offsets between which an engine's column points when this read fails. */
  from: number;
  to: number;
  /** Whether the name stands in the code, and is not computed. */
  named: boolean;
};

/** What the error said: which property was read, of which expression (as the engine wrote it), and where. */
export type CrashPlace = {
  line: number;
  column: number | null;
  property: string | null;
  object: string | null;
  /** Whether the column must fall on the read. Else a read that is the only one of its line will do. */
  exact: boolean;
};

export type FoundRead = { kind: "found"; read: Read } | { kind: "none"; reason: string };

/** Finds the one read that crashed; several that cannot be told apart are no answer. */
export function findCrashedRead(code: Code, place: CrashPlace): FoundRead {
  const all = readsAt(code, place);
  const named = all.filter((read) => read.named);
  const wanted = matchObject(code, named.length > 0 ? named : all, place.object);
  const what = place.property === null ? "missing value" : `\`${place.property}\``;
  if (wanted.length === 0) {
    return {
      kind: "none",
      reason: `Line ${place.line} does not read ${what}; the code may have changed since.`,
    };
  }
  const read = choose(code, wanted, place);
  if (read) return { kind: "found", read };
  return {
    kind: "none",
    reason: `Line ${place.line} reads ${what} at ${wanted.length} places, and the report does not say which one crashed.`,
  };
}

function choose(code: Code, reads: Read[], place: CrashPlace): Read | null {
  const [first] = reads;
  if (!first) return null;
  if (reads.length === 1 && !place.exact) return first;
  const offset = place.column === null ? null : offsetAt(code.source, place.line, place.column);
  if (offset !== null) {
    const there = reads.filter((read) => read.from <= offset && offset < read.to);
    if (there.length === 1) return there[0] ?? null;
  }
  return !place.exact && allAlike(code, reads) ? first : null;
}

/** Whether all reads are of one thing in one statement: then the first is where it crashed. */
function allAlike(code: Code, reads: Read[]): boolean {
  const [first] = reads;
  if (!first?.object) return false;
  const path = pathText(code, first.object);
  const statement = statementAround(first.node);
  return (
    path !== null &&
    reads.every(
      (read) =>
        read.object !== null &&
        pathText(code, read.object) === path &&
        statementAround(read.node).from === statement.from,
    )
  );
}

/** Keeps the reads whose object is written as the engine says; an engine's own wording is no reason to find nothing. */
function matchObject(code: Code, reads: Read[], object: string | null): Read[] {
  if (object === null) return reads;
  const wanted = withoutSpace(object);
  const same = reads.filter((read) => {
    if (!read.object) return false;
    return (
      wanted === pathText(code, read.object) || wanted === withoutSpace(textOf(code, read.object))
    );
  });
  return same.length > 0 ? same : reads;
}

function withoutSpace(text: string): string {
  return text.split(/\s+/).join("");
}

function readsAt(code: Code, place: CrashPlace): Read[] {
  const reads: Read[] = [];
  const start = offsetAt(code.source, place.line, 1);
  if (start === null) return reads;
  const end = offsetAt(code.source, place.line + 1, 1) ?? code.source.length + 1;
  code.tree.iterate({
    from: start,
    to: end,
    enter(ref) {
      if (ref.name !== "MemberExpression" && ref.name !== "PatternProperty") return;
      const read =
        ref.name === "MemberExpression"
          ? memberRead(code, ref.node, place)
          : patternRead(code, ref.node, place);
      if (read) reads.push(read);
    },
  });
  return reads;
}

function memberRead(code: Code, node: SyntaxNode, place: CrashPlace): Read | null {
  const parts = partsOf(node);
  const object = parts[0];
  const last = parts.at(-1);
  if (!object || !last || last.type.isError) return null;
  const key = last.name === "]" ? parts.at(-2) : last;
  if (!key || lineAt(code.source, key.from) !== place.line) return null;
  const name = keyName(code, key, last.name === "]");
  if (place.property !== null && name !== null && name !== place.property) return null;
  if (place.property === null && !isObject(code, object, place.object)) return null;
  return {
    kind: "member",
    node,
    object,
    guarded: parts[1]?.name === "?.",
    from: object.to,
    to: node.to,
    named: name !== null,
  };
}

function isObject(code: Code, object: SyntaxNode, wanted: string | null): boolean {
  if (wanted === null) return false;
  const text = withoutSpace(wanted);
  return pathText(code, object) === text || withoutSpace(textOf(code, object)) === text;
}

/** The property that a key names, or `null` when it is computed at run time. */
function keyName(code: Code, key: SyntaxNode, computed: boolean): string | null {
  const text = textOf(code, key);
  if (!computed) return text;
  if (key.name === "Number") return String(Number(text));
  if (key.name === "String" && !text.includes("\\")) return text.slice(1, -1);
  return null;
}

function patternRead(code: Code, node: SyntaxNode, place: CrashPlace): Read | null {
  const key = partsOf(node)[0];
  const pattern = node.parent;
  if (!key || !pattern || place.property === null) return null;
  if (key.name !== "PropertyName" && key.name !== "VariableDefinition") return null;
  if (lineAt(code.source, key.from) !== place.line) return null;
  if (textOf(code, key) !== place.property) return null;
  const { source, guarded } = patternSource(code, pattern);
  return {
    kind: "pattern",
    node: pattern,
    object: source,
    guarded,
    from: key.from,
    to: key.to,
    named: true,
  };
}

/** What a pattern takes apart, when that stands beside it, and whether a default is there already. */
function patternSource(
  code: Code,
  pattern: SyntaxNode,
): { source: SyntaxNode | null; guarded: boolean } {
  const siblings = pattern.parent ? partsOf(pattern.parent) : [];
  const at = siblings.findIndex(
    (sibling) => sibling.from === pattern.from && sibling.to === pattern.to,
  );
  let next = at + 1;
  if (siblings[next]?.name === "TypeAnnotation") next += 1;
  const value = siblings[next]?.name === "Equals" ? (siblings[next + 1] ?? null) : null;
  const takesApart = ["VariableDeclaration", "AssignmentExpression"].includes(
    pattern.parent?.name ?? "",
  );
  if (takesApart) return { source: value, guarded: value !== null && isDefaulted(code, value) };
  return { source: null, guarded: value !== null };
}

function isDefaulted(code: Code, value: SyntaxNode): boolean {
  const [, operator, right] = partsOf(value);
  if (value.name !== "BinaryExpression" || !operator) return false;
  return ["??", "||"].includes(textOf(code, operator)) && right?.name === "ObjectExpression";
}
