import type { SyntaxNode } from "@lezer/common";
import { definitionOf, initialValue, parametersOf } from "./names";
import { isFunction, partsOf, samePlace, textOf, type Code } from "./syntax";

/** What an expression surely is, as far as its own text tells. */
export type Kind = "number" | "text" | null;

const DEEPEST = 8;
const NUMBER_CALLS = new Set(["Number", "parseInt", "parseFloat"]);
const TEXT_METHODS = new Set([
  "join",
  "padEnd",
  "padStart",
  "toFixed",
  "toLowerCase",
  "toString",
  "toUpperCase",
  "trim",
]);

/** Number or text, from literals, operators, well-known calls and the first value of a variable; else `null`. */
export function kindOf(code: Code, node: SyntaxNode, depth = 0): Kind {
  if (depth > DEEPEST) return null;
  const parts = partsOf(node);
  switch (node.name) {
    case "Number":
      return textOf(code, node).endsWith("n") ? null : "number";
    case "String":
    case "TemplateString":
      return "text";
    case "ParenthesizedExpression":
      return parts[1] ? kindOf(code, parts[1], depth + 1) : null;
    case "BinaryExpression":
      return binaryKind(code, parts, depth);
    case "VariableName":
      return variableKind(code, node, depth);
    case "MemberExpression":
      return parts.at(-1) && textOf(code, parts.at(-1)!) === "length" ? "number" : null;
    case "CallExpression":
      return parts[0] ? callKind(code, parts[0]) : null;
    default:
      return null;
  }
}

function binaryKind(code: Code, parts: SyntaxNode[], depth: number): Kind {
  const [left, operator, right] = parts;
  if (!left || !right || operator?.name !== "ArithOp") return null;
  const kinds = [kindOf(code, left, depth + 1), kindOf(code, right, depth + 1)];
  if (textOf(code, operator) !== "+") return kinds.includes("number") ? "number" : null;
  if (kinds.includes("text")) return "text";
  return kinds.every((kind) => kind === "number") ? "number" : null;
}

function callKind(code: Code, callee: SyntaxNode): Kind {
  const text = textOf(code, callee);
  if (text.startsWith("Math.") || NUMBER_CALLS.has(text)) return "number";
  const method = partsOf(callee).at(-1);
  if (text === "String") return "text";
  return callee.name === "MemberExpression" && method && TEXT_METHODS.has(textOf(code, method))
    ? "text"
    : null;
}

function variableKind(code: Code, use: SyntaxNode, depth: number): Kind {
  const definition = definitionOf(code, use);
  if (!definition) return null;
  const value = initialValue(definition) ?? firstValueOfReduce(definition);
  return value ? kindOf(code, value, depth + 1) : null;
}

/** The start value of `list.reduce((sum, one) => …, 0)`, for its `sum`. */
function firstValueOfReduce(definition: SyntaxNode): SyntaxNode | null {
  const fn = definition.parent?.parent;
  const list = fn?.parent;
  if (!fn || !isFunction(fn) || list?.name !== "ArgList") return null;
  if (!samePlace(parametersOf(fn)[0]?.target, definition)) return null;
  const call = list.parent;
  const callee = call ? partsOf(call)[0] : null;
  const method = callee ? partsOf(callee).at(-1) : null;
  if (method?.name !== "PropertyName") return null;
  const [start, ...more] = partsOf(list).filter(
    (part) => part.from >= fn.to && part.type.name !== "," && part.name !== ")",
  );
  return start && more.length === 0 ? start : null;
}
