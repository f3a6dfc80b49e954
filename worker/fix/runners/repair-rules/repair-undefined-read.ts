import type { SyntaxNode } from "@lezer/common";
import { findCrashedRead, type CrashPlace, type Read } from "./crashed-read";
import { applyEdits, optionalLink, withDefault, type Edit } from "./edits";
import { definitionOf, parametersOf } from "./names";
import type { Need } from "./need";
import { breaksType, decidesAccess, knownResult } from "./known-results";
import { chainTop, needOf, needOfPattern } from "./needs";
import { canReach, isGuarded, statementAround } from "./reach";
import {
  contains,
  dialectOf,
  functionAround,
  hasErrors,
  isFunction,
  lineAt,
  parseCode,
  partsOf,
  pathText,
  samePlace,
  textOf,
  type Code,
} from "./syntax";

/** A read of a missing value: where, of which property, and (as some engines say) of which expression. */
export type UndefinedRead = {
  path: string;
  source: string;
  line: number;
  column: number | null;
  property: string | null;
  object?: string | null;
  /** What the value was. A parameter's default stands in for `undefined` only. */
  value?: "undefined" | "null";
  /** Only take a read that the column falls on: for frames that may not be the crash site. */
  exact?: boolean;
};

export type Repair =
  | { kind: "edit"; source: string; explanation: string; line: number }
  | { kind: "none"; reason: string; found: boolean };

type Plan = { edits: Edit[]; defaults: Set<string> } | { refused: string };

const LONGEST_FILE = 1_000_000;
const MOST_GUARDS = 4;

/**
 * Makes the smallest guard that keeps one read of a missing value from crashing, by the syntax tree of the file.
 *
 * Usually `a.b.c` becomes `a.b?.c`; where the value goes straight into text, arithmetic, iteration or a pattern it gets a
 * neutral default as well (`?? ""`, `?? 0`, `?? []`, `?? {}`). It answers `none`, with a reason for people, when the place is
 * not found or not certain, is guarded already, or when no guard in this statement can do without moving the crash
 * elsewhere. All edits lie within the statement of the crash, and the result never has more syntax errors than before.
 */
export function repairUndefinedRead(crash: UndefinedRead): Repair {
  const dialect = dialectOf(crash.path);
  if (dialect === null) return none("The file is not JavaScript or TypeScript.");
  if (crash.source.length > LONGEST_FILE) return none("The file is too large to repair by rule.");
  const code = parseCode(crash.source, dialect);
  if (!code) return none("The file is nested too deeply to repair by rule.");
  const { line, column, property, object = null, exact = false } = crash;
  const place: CrashPlace = { line, column, property, object, exact };
  const found = findCrashedRead(code, place);
  if (found.kind === "none") return none(found.reason);
  const { read } = found;
  const refusal = whyNot(code, read);
  if (refusal) return none(refusal, true);
  const plan =
    read.kind === "member"
      ? guardReads(code, read)
      : guardPattern(code, read, crash.value === "null");
  if ("refused" in plan) return none(`No small guard is safe here: ${plan.refused}.`, true);
  return verified(code, dialect, read, line, plan.edits, explain(code, read, place, plan));
}

function none(reason: string, found = false): Repair {
  return { kind: "none", reason, found };
}

function whyNot(code: Code, read: Read): string | null {
  if (read.guarded) return "This read is guarded already.";
  if (hasErrors(statementAround(read.node))) return "The statement could not be parsed.";
  const root = read.kind === "member" ? read.object?.name : null;
  if (root === "this") {
    return "`this` was missing: the function was called without its object, and a guard would only hide that.";
  }
  if (root === "super" || root === "ImportMeta")
    return `\`${textOf(code, read.object!)}\` cannot be missing.`;
  return null;
}

/** Guards the crashed read and every later read of the same missing thing in the same statement. */
function guardReads(code: Code, read: Read): Plan {
  const others = otherReads(code, read);
  if ("refused" in others) return others;
  if (others.reads.length >= MOST_GUARDS) {
    return { refused: "the missing value is read at too many places of this statement" };
  }
  const edits = new Map<number, Edit[]>();
  const defaults = new Set<string>();
  for (const node of [read.node, ...others.reads]) {
    const refused = guardChain(code, node, edits, defaults);
    if (refused) return { refused };
  }
  return { edits: [...edits.values()].flat(), defaults };
}

/** Makes one link optional, and follows the value until nothing around it can crash on its absence. */
function guardChain(
  code: Code,
  node: SyntaxNode,
  edits: Map<number, Edit[]>,
  defaults: Set<string>,
): string | null {
  let link = node;
  for (;;) {
    const asserted = code.typed && textOf(code, partsOf(link)[0] ?? link).endsWith("!");
    edits.set(partsOf(link)[1]?.from ?? link.from, optionalLink(link));
    const top = chainTop(link);
    if (code.typed && hasPrivateName(link, top)) {
      return "TypeScript allows no private name in an optional chain";
    }
    const result = knownResult(code, link, top);
    const need: Need = result === null ? needOf(code, top) : { kind: "default", text: result };
    const access = decidesAccess(code, top);
    if (access) return access;
    if (need.kind === "nothing" && asserted && breaksType(top))
      return "without its `!` the value would not fit the declared type";
    if (need.kind === "nothing") return null;
    if (need.kind === "refuse") return need.reason;
    if (need.kind === "default") {
      edits.set(-top.from - 1, withDefault(code, top, need.text));
      defaults.add(need.text);
      return null;
    }
    link = need.at;
  }
}

function hasPrivateName(link: SyntaxNode, top: SyntaxNode): boolean {
  for (let at: SyntaxNode | null = link; at; at = at.parent) {
    if (at.lastChild?.name === "PrivatePropertyName") return true;
    if (samePlace(at, top)) return false;
  }
  return false;
}

/** Later reads of the same missing thing: those of this statement, or a refusal when another statement reads it too. */
function otherReads(code: Code, read: Read): { reads: SyntaxNode[] } | { refused: string } {
  const path = read.object ? pathText(code, read.object) : null;
  const reads: SyntaxNode[] = [];
  if (path === null || !read.object) return { reads };
  const statement = statementAround(read.node);
  for (const use of usesOfPath(code, read.object, path)) {
    if (use.from < read.node.to || isGuarded(code, use, path)) continue;
    const need = needOf(code, assertedAs(use));
    const crashes =
      need.kind === "chain" || (need.kind === "default" && ["[]", "{}"].includes(need.text));
    if (!crashes) continue;
    const inside = contains(statement, use);
    if (inside && need.kind === "chain" && need.at.name === "MemberExpression") reads.push(need.at);
    else if (inside || canReach(read.node, use)) {
      const line = lineAt(code.source, use.from);
      return {
        refused: `a guard would only move the crash to line ${line}, where \`${path}\` is used again`,
      };
    }
  }
  return { reads };
}

/** The use with the `!` that TypeScript may have behind it. */
function assertedAs(use: SyntaxNode): SyntaxNode {
  const parent = use.parent;
  return parent?.name === "PostfixExpression" && parent.lastChild?.name === "LogicOp"
    ? parent
    : use;
}

/** All places in the same function that name the same path, with the same variable at its root. */
function usesOfPath(code: Code, object: SyntaxNode, path: string): SyntaxNode[] {
  const scope = functionAround(object);
  const root = definitionAt(code, object);
  const uses: SyntaxNode[] = [];
  code.tree.iterate({
    from: scope.from,
    to: scope.to,
    enter(ref) {
      if (ref.name !== "VariableName" && ref.name !== "MemberExpression") return;
      if (ref.to - ref.from > path.length * 4 + 200) return;
      const node = ref.node;
      if (pathText(code, node) === path && definitionAt(code, node) === root) uses.push(node);
    },
  });
  return uses;
}

/** Where the variable at the root of a path is declared, as an offset; -1 when it is not declared in this file. */
function definitionAt(code: Code, path: SyntaxNode): number {
  let at: SyntaxNode | undefined = path;
  while (at && at.name !== "VariableName") {
    const parts = partsOf(at);
    at = at.name === "ParenthesizedExpression" ? parts[1] : parts[0];
  }
  return at ? (definitionOf(code, at)?.from ?? -1) : -1;
}

function guardPattern(code: Code, read: Read, isNull: boolean): Plan {
  const pattern = read.node;
  const need = needOfPattern(code, pattern, 0);
  if (need.kind !== "default") {
    return { refused: need.kind === "refuse" ? need.reason : "the pattern is not understood" };
  }
  if (read.object) {
    return { edits: withDefault(code, read.object, need.text), defaults: new Set([need.text]) };
  }
  const fn = pattern.parent?.parent;
  const isParameter =
    !!fn && isFunction(fn) && parametersOf(fn).some((one) => one.target.from === pattern.from);
  if (!isParameter && pattern.parent?.name !== "PatternProperty") {
    return { refused: "what is taken apart does not stand beside the pattern" };
  }
  if (isNull) return { refused: "the value was `null`, which a default does not replace" };
  if (code.typed) return { refused: "an empty default would not fit the declared type" };
  return {
    edits: [{ from: pattern.to, to: pattern.to, insert: " = {}" }],
    defaults: new Set([need.text]),
  };
}

function verified(
  code: Code,
  dialect: string,
  read: Read,
  line: number,
  edits: Edit[],
  explanation: string,
): Repair {
  const statement = statementAround(read.node);
  const outside = edits.some((edit) => edit.from < statement.from || edit.to > statement.to);
  const source = applyEdits(code.source, edits);
  const errors = parseCode(source, dialect)?.errors ?? Infinity;
  if (outside || edits.length === 0 || errors > code.errors) {
    return none("The parser could not confirm the changed file, so nothing was changed.", true);
  }
  return { kind: "edit", source, explanation, line };
}

const INSTEAD: Record<string, string> = {
  '""': "it counts as empty text",
  "0": "it counts as 0",
  "[]": "it counts as an empty list",
  "{}": "it counts as an empty object",
};

function explain(
  code: Code,
  read: Read,
  place: CrashPlace,
  plan: { defaults: Set<string> },
): string {
  const object = read.object ? `\`${cut(textOf(code, read.object))}\`` : "What is passed in";
  const what = place.property === null ? "its properties are" : `\`${cut(place.property)}\` is`;
  const instead = [...plan.defaults].map((text) => INSTEAD[text] ?? "").join(", and ");
  const effect = instead
    ? `When it is missing, ${instead}.`
    : "When it is missing, the expression gives `undefined` instead of crashing.";
  return `${object} can be missing when ${what} read in line ${place.line}, so the read is guarded. ${effect}`;
}

function cut(text: string): string {
  const line = text.split(/\s+/).join(" ");
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}
