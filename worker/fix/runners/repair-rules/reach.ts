import type { SyntaxNode } from "@lezer/common";
import { contains, isFunction, partsOf, pathText, textOf, type Code } from "./syntax";

const HOLDERS = new Set([
  "Block",
  "Script",
  "SwitchBody",
  "ClassBody",
  "IfStatement",
  "WhileStatement",
  "DoStatement",
  "ForStatement",
  "SwitchStatement",
  "LabeledStatement",
  "TryStatement",
  "CatchClause",
  "CaseLabel",
]);
const JUMPS = new Set(["ReturnStatement", "ThrowStatement", "ContinueStatement", "BreakStatement"]);

/** The statement (or the head of an `if` or a loop, or the body of an arrow function) that a node stands in. */
export function statementAround(node: SyntaxNode): SyntaxNode {
  let at = node;
  while (at.parent && !HOLDERS.has(at.parent.name) && !isFunction(at.parent)) at = at.parent;
  return at;
}

/** Whether a block or statement never goes on to what follows it. */
function leaves(node: SyntaxNode | null | undefined): boolean {
  if (!node) return false;
  if (JUMPS.has(node.name)) return true;
  return node.name === "Block" && partsOf(node).some((part) => JUMPS.has(part.name));
}

/** How a condition speaks of a path: true when it holds only if the path is there, false when only if it is missing. */
function saysPresent(code: Code, condition: SyntaxNode, path: string): boolean | null {
  let answer: boolean | null = null;
  condition.cursor().iterate((ref) => {
    if (answer !== null || (ref.name !== "VariableName" && ref.name !== "MemberExpression")) return;
    if (pathText(code, ref.node) === path) answer = polarity(code, ref.node, condition);
  });
  return answer;
}

function polarity(code: Code, node: SyntaxNode, top: SyntaxNode): boolean {
  let present = true;
  for (let at = node; at.from > top.from || at.to < top.to || at.name !== top.name;) {
    const parent = at.parent;
    if (!parent) break;
    const [first, operator, right] = partsOf(parent);
    if (parent.name === "UnaryExpression" && first && textOf(code, first) === "!")
      present = !present;
    if (parent.name === "BinaryExpression" && operator?.name === "CompareOp" && right) {
      const other = contains(right, at) ? first : right;
      const missing = other !== undefined && ["null", "undefined"].includes(textOf(code, other));
      if (textOf(code, operator).startsWith("!") !== missing) present = !present;
    }
    at = parent;
  }
  return present;
}

/** Whether a use of `path` can be reached only where the path is there: inside an `if`, after `&&`, after an early exit. */
export function isGuarded(code: Code, use: SyntaxNode, path: string): boolean {
  let at = use;
  for (let parent = at.parent; parent && !isFunction(parent); at = parent, parent = at.parent) {
    if (guardedBy(code, parent, at, path) || exitsBefore(code, parent, at, path)) return true;
  }
  return false;
}

function guardedBy(code: Code, parent: SyntaxNode, at: SyntaxNode, path: string): boolean {
  const parts = partsOf(parent);
  const index = parts.findIndex((part) => part.from === at.from && part.to === at.to);
  if (parent.name === "IfStatement" && index > 1) {
    const isElse = parts[index - 1]?.name === "else";
    return saysPresent(code, parts[1]!, path) === !isElse;
  }
  if (parent.name === "ConditionalExpression" && index > 0) {
    return saysPresent(code, parts[0]!, path) === (index === 2);
  }
  if (parent.name === "WhileStatement" && index > 1)
    return saysPresent(code, parts[1]!, path) === true;
  if (parent.name === "BinaryExpression" && index === 2) {
    const operator = textOf(code, parts[1]!);
    if (operator === "&&") return saysPresent(code, parts[0]!, path) === true;
    if (operator === "||") return saysPresent(code, parts[0]!, path) === false;
  }
  return false;
}

/** Whether an earlier `if (!path) return` in the same block keeps a use from being reached. */
function exitsBefore(code: Code, block: SyntaxNode, at: SyntaxNode, path: string): boolean {
  if (block.name !== "Block" && block.name !== "Script") return false;
  return partsOf(block).some((part) => {
    if (part.name !== "IfStatement" || part.to > at.from) return false;
    const [, test, body] = partsOf(part);
    return !!test && leaves(body) && saysPresent(code, test, path) === false;
  });
}

/** Whether control that passed `first` can come to `later`, which stands behind it in the text of the same function. */
export function canReach(first: SyntaxNode, later: SyntaxNode): boolean {
  let at = first;
  while (at.parent && !contains(at.parent, later)) {
    if (JUMPS.has(at.parent.name) || leaves(at.parent)) return false;
    at = at.parent;
  }
  const common = at.parent;
  if (common?.name !== "IfStatement" && common?.name !== "ConditionalExpression") return true;
  const head = partsOf(common)[common.name === "IfStatement" ? 1 : 0];
  return !!head && contains(head, first);
}
