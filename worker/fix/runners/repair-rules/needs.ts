import type { SyntaxNode } from "@lezer/common";
import { argumentNeed } from "./argument-needs";
import { kindOf } from "./kinds";
import { NOTHING, refuse, type Need } from "./need";
import { nameOfFunction, usesOf } from "./names";
import { isGuarded } from "./reach";
import {
  functionAround,
  isFunction,
  lineAt,
  partBefore,
  partsOf,
  samePlace,
  textOf,
  type Code,
} from "./syntax";

type Step = Need | { kind: "up"; node: SyntaxNode };
type Rule = (code: Code, node: SyntaxNode, parent: SyntaxNode, depth: number) => Step;

const DEEPEST = 3;

/** Climbs from a value that may be missing to whatever uses it. A place that is not understood is refused. */
export function needOf(code: Code, value: SyntaxNode, depth = 0): Need {
  if (depth > DEEPEST) return NOTHING;
  let node = value;
  for (;;) {
    const parent = node.parent;
    if (!parent) return NOTHING;
    const rule = RULES[parent.name];
    if (!rule)
      return refuse(`the value is used in a place where no guard is known (${parent.name})`);
    const step: Step = rule(code, node, parent, depth);
    if (step.kind !== "up") return step;
    node = step.node;
  }
}

/** The whole of an optional chain: everything after a failing `?.` is skipped with it. */
export function chainTop(node: SyntaxNode): SyntaxNode {
  let at = node;
  for (let parent = at.parent; parent; parent = at.parent) {
    const first = partsOf(parent)[0];
    const links = ["MemberExpression", "CallExpression", "InstantiationExpression"].includes(
      parent.name,
    );
    const asserts = parent.name === "PostfixExpression" && parent.lastChild?.name === "LogicOp";
    if ((!links && !asserts) || !samePlace(first, at)) return at;
    at = parent;
  }
  return at;
}

/** The one need that serves all uses of a value; uses that ask for different defaults cannot be served. */
export function together(needs: Need[]): Need {
  const real = needs.filter((need) => need.kind !== "nothing");
  const hard = real.find((need) => need.kind !== "default");
  if (hard) return hard;
  const texts = new Set(real.map((need) => (need.kind === "default" ? need.text : "")));
  if (texts.size > 1) return refuse("the value is used both as text and as a number");
  return real[0] ?? NOTHING;
}

/** What all later uses of a variable need once it may be `undefined`. */
export function needOfVariable(code: Code, definition: SyntaxNode, depth: number): Need {
  const name = textOf(code, definition);
  const uses = usesOf(code, definition).filter((use) => !isGuarded(code, use, name));
  return together(uses.map((use) => crashMoves(code, needOf(code, use, depth + 1))));
}

/** A need that could only be met in another statement cannot be met by a small guard here. */
export function crashMoves(code: Code, need: Need): Need {
  if (need.kind !== "chain") return need;
  const line = lineAt(code.source, need.at.to);
  return refuse(
    `a guard would only move the crash to line ${line}, where the missing value is used again`,
  );
}

/** What a pattern needs when the thing it takes apart may be missing. Only flat patterns can do with a default. */
export function needOfPattern(code: Code, pattern: SyntaxNode, depth: number): Need {
  for (const part of partsOf(pattern)) {
    if (part.name === "ArrayPattern" || part.name === "ObjectPattern") return nestedPattern();
    const bound = part.name === "PatternProperty" ? partsOf(part) : [part];
    if (bound.some((one) => one.name === "Equals")) continue;
    if (bound.some((one) => one.name.endsWith("Pattern"))) return nestedPattern();
    const name = bound.findLast((one) => one.name === "VariableDefinition");
    const need = name ? needOfVariable(code, name, depth) : NOTHING;
    if (need.kind === "refuse") return need;
    if (need.kind !== "nothing") {
      return refuse(`\`${name ? textOf(code, name) : ""}\` would be missing where it is used`);
    }
  }
  return { kind: "default", text: pattern.name === "ArrayPattern" ? "[]" : "{}" };
}

function nestedPattern(): Need {
  return refuse("the value is taken apart more than one level deep");
}

const nothing: Rule = () => NOTHING;
const up: Rule = (_code, _node, parent) => ({ kind: "up", node: parent });

const RULES: Record<string, Rule | undefined> = {
  ExpressionStatement: nothing,
  IfStatement: nothing,
  WhileStatement: nothing,
  DoStatement: nothing,
  SwitchStatement: nothing,
  CaseLabel: nothing,
  ForSpec: nothing,
  ForInSpec: (_code, node, parent) => (isBefore(node, parent, "in") ? target() : NOTHING),
  ForOfSpec: (_code, node, parent) =>
    isBefore(node, parent, "of") ? target() : { kind: "default", text: "[]" },
  ThrowStatement: nothing,
  ExportDeclaration: nothing,
  PropertyDeclaration: nothing,
  JSXEscape: nothing,
  JSXSpreadAttribute: nothing,
  ParenthesizedExpression: up,
  AwaitExpression: up,
  InstantiationExpression: up,
  PrefixCast: up,
  MemberExpression: (_code, node, parent) => {
    const [object, link] = partsOf(parent);
    if (!samePlace(object, node)) return { kind: "up", node: parent };
    return link?.name === "?." ? NOTHING : { kind: "chain", at: parent };
  },
  CallExpression: (_code, _node, parent) =>
    partsOf(parent)[1]?.name === "?." ? NOTHING : { kind: "chain", at: parent },
  NewExpression: () => refuse("the value is constructed with `new`, which cannot be skipped"),
  TaggedTemplateExpression: (_code, node, parent) =>
    samePlace(partsOf(parent)[0], node)
      ? refuse("the value is the tag of a template, where `?.` is not allowed")
      : NOTHING,
  PostfixExpression: (_code, _node, parent) =>
    parent.lastChild?.name === "LogicOp" ? { kind: "up", node: parent } : target(),
  UnaryExpression: unaryNeed,
  BinaryExpression: binaryNeed,
  ConditionalExpression: (_code, node, parent) =>
    samePlace(partsOf(parent)[0], node) ? NOTHING : { kind: "up", node: parent },
  SequenceExpression: (_code, node, parent) =>
    samePlace(parent.lastChild, node) ? { kind: "up", node: parent } : NOTHING,
  YieldExpression: (_code, node) =>
    partBefore(node)?.name === "Star" ? { kind: "default", text: "[]" } : NOTHING,
  ArrayExpression: (_code, node) =>
    partBefore(node)?.name === "Spread" ? { kind: "default", text: "[]" } : NOTHING,
  Property: (_code, node) =>
    partBefore(node)?.name === "[" ? refuse("the value names a property of an object") : NOTHING,
  ArgList: (code, node, parent, depth) =>
    argumentNeed(code, node, parent, (parameter) => needOfParameter(code, parameter, depth)),
  Interpolation: (_code, _node, parent) =>
    parent.parent?.parent?.name === "TaggedTemplateExpression"
      ? NOTHING
      : { kind: "default", text: '""' },
  TemplateString: nothing,
  VariableDeclaration: declaredNeed,
  ParamList: declaredNeed,
  PatternProperty: declaredNeed,
  AssignmentExpression: assignmentNeed,
  ReturnStatement: (code, node, _parent, depth) => returnedNeed(code, functionAround(node), depth),
  ArrowFunction: (code, _node, parent, depth) => returnedNeed(code, parent, depth),
};

function isBefore(node: SyntaxNode, parent: SyntaxNode, keyword: string): boolean {
  return partsOf(parent).some((part) => part.name === keyword && part.from >= node.to);
}

function target(): Need {
  return refuse("the value is written to, and there is nothing to write it into");
}

function unaryNeed(code: Code, node: SyntaxNode): Step {
  const before = partBefore(node);
  const operator = before ? textOf(code, before) : "";
  if (operator === "++" || operator === "--") return target();
  return ["+", "-", "~"].includes(operator) ? { kind: "default", text: "0" } : NOTHING;
}

function binaryNeed(code: Code, node: SyntaxNode, parent: SyntaxNode): Step {
  const [left, operator] = partsOf(parent);
  if (!left || !operator) return refuse("the expression is not understood");
  const isLeft = samePlace(left, node);
  const text = textOf(code, operator);
  if (text === "as" || text === "satisfies" || text === "&&") return { kind: "up", node: parent };
  if (text === "??" || text === "||") return isLeft ? NOTHING : { kind: "up", node: parent };
  if (text === "in") return isLeft ? NOTHING : { kind: "default", text: "{}" };
  if (text === "instanceof")
    return isLeft ? NOTHING : refuse("the value is the class of an `instanceof`");
  if (operator.name !== "ArithOp") return NOTHING;
  if (text === "+") return additionNeed(code, node, parent);
  if (isLeft || text === "-" || text === "*") return { kind: "default", text: "0" };
  return refuse(
    `the value is on the right of \`${text}\`, where no number can stand for a missing one`,
  );
}

/** `+` with text joins, with a number adds; where neither is sure, no default is right. */
function additionNeed(code: Code, node: SyntaxNode, parent: SyntaxNode): Step {
  const others = partsOf(parent).filter(
    (part) => part.name !== "ArithOp" && !samePlace(part, node),
  );
  const beside = others[0] ? kindOf(code, others[0]) : null;
  if (beside === "number") return { kind: "default", text: "0" };
  for (let sum: SyntaxNode | null = parent; sum?.name === "BinaryExpression"; sum = sum.parent) {
    if (kindOf(code, sum) === "text") return { kind: "default", text: '""' };
  }
  return refuse("it is not clear whether `+` joins text or adds numbers here");
}

function assignmentNeed(code: Code, node: SyntaxNode, parent: SyntaxNode, depth: number): Step {
  const [left, operator] = partsOf(parent);
  if (!left || !operator || samePlace(left, node)) return target();
  const text = textOf(code, operator);
  if (text === "=") {
    if (left.name.endsWith("Pattern")) return needOfPattern(code, left, depth);
    if (left.name === "VariableName") return needOfAssigned(code, left, depth);
    return NOTHING;
  }
  if (["??=", "||=", "&&="].includes(text)) return NOTHING;
  if (text === "+=") {
    const kind = kindOf(code, left);
    if (kind === null)
      return refuse("it is not clear whether `+=` joins text or adds numbers here");
    return { kind: "default", text: kind === "text" ? '""' : "0" };
  }
  if (text === "-=" || text === "*=") return { kind: "default", text: "0" };
  return refuse(`the value is on the right of \`${text}\``);
}

function needOfAssigned(code: Code, left: SyntaxNode, depth: number): Need {
  const name = textOf(code, left);
  const later = (code.names.get(name) ?? []).filter((use) => use.from > left.to);
  const uses = later.filter((use) => functionAround(use).from === functionAround(left).from);
  const open = uses.filter((use) => !isGuarded(code, use, name));
  return together(open.map((use) => crashMoves(code, needOf(code, use, depth + 1))));
}

/** A value that starts a variable, a parameter's default or a pattern's default. */
function declaredNeed(code: Code, node: SyntaxNode, parent: SyntaxNode, depth: number): Step {
  const parts = partsOf(parent);
  const at = parts.findIndex((part) => samePlace(part, node));
  if (parts[at - 1]?.name !== "Equals") return refuse("the value names what is declared");
  const declared = parts.slice(0, at - 1).findLast((part) => part.name !== "TypeAnnotation");
  if (!declared) return refuse("the declaration is not understood");
  if (declared.name.endsWith("Pattern")) return needOfPattern(code, declared, depth);
  if (declared.name === "VariableDefinition") return needOfVariable(code, declared, depth);
  return NOTHING;
}

function needOfParameter(code: Code, parameter: SyntaxNode, depth: number): Need {
  return parameter.name === "VariableDefinition"
    ? needOfVariable(code, parameter, depth)
    : needOfPattern(code, parameter, depth);
}

/** What the callers in this file need of a function that may now return `undefined`. */
function returnedNeed(code: Code, fn: SyntaxNode, depth: number): Need {
  const name = isFunction(fn) ? nameOfFunction(fn) : null;
  if (!name || fn.getChild("Star")) return NOTHING;
  const isAsync = fn.getChild("async") !== null;
  const calls = usesOf(code, name).flatMap((use) => {
    const call = use.parent;
    if (call?.name !== "CallExpression" || !samePlace(partsOf(call)[0], use)) return [];
    return isAsync && call.parent?.name !== "AwaitExpression" ? [] : [call];
  });
  return together(calls.map((call) => crashMoves(code, needOf(code, call, depth + 1))));
}
