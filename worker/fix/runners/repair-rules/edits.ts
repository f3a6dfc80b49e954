import type { SyntaxNode } from "@lezer/common";
import { partsOf, type Code } from "./syntax";

/** Replaces the text between two offsets of the old source. */
export type Edit = { from: number; to: number; insert: string };

/** The source with all edits made. Edits must not overlap; several at one offset keep their order. */
export function applyEdits(source: string, edits: Edit[]): string {
  let result = "";
  let at = 0;
  for (const edit of edits.toSorted((one, other) => one.from - other.from)) {
    result += source.slice(at, edit.from) + edit.insert;
    at = edit.to;
  }
  return result + source.slice(at);
}

/** Makes one link of a chain optional: `a.b` → `a?.b`, `a[b]` → `a?.[b]`, `a(b)` → `a?.(b)`; an `a!` loses its `!`. */
export function optionalLink(node: SyntaxNode): Edit[] {
  const [object, link] = partsOf(node);
  if (!object || !link) return [];
  const edits: Edit[] = [];
  const assertion = object.name === "PostfixExpression" ? object.lastChild : null;
  if (assertion?.name === "LogicOp")
    edits.push({ from: assertion.from, to: assertion.to, insert: "" });
  const dot = link.name === ".";
  edits.push({ from: link.from, to: dot ? link.to : link.from, insert: "?." });
  return edits;
}

/** Parents in which `value ?? default` reads well, and binds right, without parentheses around it. */
const OPEN_PARENTS = new Set([
  "ArgList",
  "ArrayExpression",
  "ArrowFunction",
  "AssignmentExpression",
  "ConditionalExpression",
  "ForOfSpec",
  "Interpolation",
  "JSXEscape",
  "ParamList",
  "ParenthesizedExpression",
  "PatternProperty",
  "Property",
  "PropertyDeclaration",
  "ReturnStatement",
  "VariableDeclaration",
]);
const PLAIN_VALUES = new Set([
  "AwaitExpression",
  "CallExpression",
  "MemberExpression",
  "ParenthesizedExpression",
  "PostfixExpression",
  "VariableName",
]);

/** Gives a value a default: `value` → `value ?? text`, with parentheses only where they are needed or usual. */
export function withDefault(code: Code, value: SyntaxNode, text: string): Edit[] {
  const parent = value.parent;
  const spread = /\.\.\.\s*$/.test(code.source.slice(Math.max(0, value.from - 8), value.from));
  const isTest = parent?.name === "ConditionalExpression" && parent.firstChild?.from === value.from;
  const open = parent !== null && OPEN_PARENTS.has(parent.name) && !spread && !isTest;
  const plain = PLAIN_VALUES.has(value.name);
  const before = (open ? "" : "(") + (plain ? "" : "(");
  const after = (plain ? "" : ")") + ` ?? ${text}` + (open ? "" : ")");
  const edits: Edit[] = [{ from: value.to, to: value.to, insert: after }];
  if (before) edits.unshift({ from: value.from, to: value.from, insert: before });
  return edits;
}
