import type { SyntaxNode } from "@lezer/common";
import {
  contains,
  functionAround,
  isFunction,
  partsOf,
  samePlace,
  textOf,
  type Code,
} from "./syntax";

const BLOCKS = new Set([
  "Block",
  "Script",
  "ForStatement",
  "SwitchBody",
  "CatchClause",
  "ClassBody",
]);

/** The part of the file in which a declaration is visible. Approximates `let` and `const` by the nearest block. */
function scopeOf(code: Code, definition: SyntaxNode): SyntaxNode {
  const holder = definition.parent;
  const isDeclaration =
    holder?.name === "FunctionDeclaration" || holder?.name === "ClassDeclaration";
  let at = isDeclaration ? (holder.parent ?? definition) : definition;
  if (isVar(code, definition)) return functionAround(definition);
  while (at.parent) {
    if (BLOCKS.has(at.name) || isFunction(at)) return at;
    at = at.parent;
  }
  return at;
}

function isVar(code: Code, definition: SyntaxNode): boolean {
  let at: SyntaxNode | null = definition;
  while (at && at.name !== "VariableDeclaration" && !BLOCKS.has(at.name)) at = at.parent;
  const keyword = at?.name === "VariableDeclaration" ? at.firstChild : null;
  return !!keyword && textOf(code, keyword) === "var";
}

/** The declaration that a use of a name refers to; `null` when it is not declared in this file. */
export function definitionOf(code: Code, use: SyntaxNode): SyntaxNode | null {
  let best: { definition: SyntaxNode; size: number } | null = null;
  for (const definition of code.definitions.get(textOf(code, use)) ?? []) {
    const scope = scopeOf(code, definition);
    const size = scope.to - scope.from;
    if (contains(scope, use) && (!best || size < best.size)) best = { definition, size };
  }
  return best?.definition ?? null;
}

/** All uses of a declared name, in order of the text. */
export function usesOf(code: Code, definition: SyntaxNode): SyntaxNode[] {
  const uses = code.names.get(textOf(code, definition)) ?? [];
  return uses.filter((use) => samePlace(definitionOf(code, use), definition));
}

/** The expression that a declaration starts with: `1` for `let total = 1`. */
export function initialValue(definition: SyntaxNode): SyntaxNode | null {
  const holder = definition.parent;
  if (!holder || !["VariableDeclaration", "ParamList", "PatternProperty"].includes(holder.name))
    return null;
  const parts = partsOf(holder);
  let at = parts.findIndex((part) => samePlace(part, definition)) + 1;
  if (parts[at]?.name === "TypeAnnotation") at += 1;
  return parts[at]?.name === "Equals" ? (parts[at + 1] ?? null) : null;
}

/** The function that is called: declared by `function f() {}` or `const f = () => …`, or written in place. */
export function functionCalled(code: Code, callee: SyntaxNode): SyntaxNode | null {
  if (isFunction(callee)) return callee;
  const inner = callee.name === "ParenthesizedExpression" ? partsOf(callee)[1] : undefined;
  if (inner) return functionCalled(code, inner);
  if (callee.name !== "VariableName") return null;
  const definition = definitionOf(code, callee);
  if (!definition) return null;
  if (definition.parent?.name === "FunctionDeclaration") return definition.parent;
  const value = initialValue(definition);
  return value && isFunction(value) ? value : null;
}

/** The declared name of a function, when callers in this file can use it. */
export function nameOfFunction(node: SyntaxNode): SyntaxNode | null {
  if (node.name === "FunctionDeclaration") return node.getChild("VariableDefinition");
  const holder = node.parent;
  if (holder?.name !== "VariableDeclaration") return null;
  const parts = partsOf(holder);
  const at = parts.findIndex((part) => samePlace(part, node));
  const before = parts.slice(0, at).filter((part) => part.name === "VariableDefinition");
  return before.at(-1) ?? null;
}

/** One parameter of a function: its name or pattern, and whether it has a default. */
export type Parameter = { target: SyntaxNode; hasDefault: boolean; isRest: boolean };

export function parametersOf(fn: SyntaxNode): Parameter[] {
  const list = fn.getChild("ParamList");
  const parameters: Parameter[] = [];
  let rest = false;
  for (const part of list ? partsOf(list) : []) {
    if (part.name === "Spread") rest = true;
    if (["VariableDefinition", "ObjectPattern", "ArrayPattern"].includes(part.name)) {
      const next = partsOf(list!).filter(
        (other) => other.from >= part.to && other.name !== "TypeAnnotation",
      )[0];
      parameters.push({ target: part, hasDefault: next?.name === "Equals", isRest: rest });
    }
  }
  return parameters;
}
