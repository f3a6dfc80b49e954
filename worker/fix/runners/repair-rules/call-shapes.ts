import type { SyntaxNode } from "@lezer/common";
import { functionCalled, initialValue, parametersOf } from "./names";
import { Shape } from "./shape";
import { isFunction, pathText, partsOf, textOf, type Code } from "./syntax";

/** The missing value of the crash: in that function it is never asked for, so that the call runs into it. */
export type Missing = { code: Code; path: string };

/** Finds a function that a file imports by a relative path; null when there is none that we have read. */
export type FindImported = (code: Code, name: string) => { code: Code; fn: SyntaxNode } | null;

const DEEPEST = 4;
const ARRAY_METHODS = new Set(
  "find filter map reduce forEach some every sort slice join push flatMap findIndex at concat flat toSorted".split(
    " ",
  ),
);
const TEXT_METHODS = new Set(
  "trim toUpperCase toLowerCase split charAt startsWith endsWith padStart padEnd replace replaceAll localeCompare match".split(
    " ",
  ),
);

type Scope = {
  code: Code;
  names: Map<string, Shape>;
  missing: Missing;
  find: FindImported;
  depth: number;
};

/** What each parameter of a function has to be, as far as the function and those that it calls tell. */
export function shapesOf(
  code: Code,
  fn: SyntaxNode,
  missing: Missing,
  find: FindImported,
  depth = 0,
  given: (Shape | null)[] = [],
): Shape[] {
  const scope: Scope = { code, names: new Map(), missing, find, depth };
  const shapes = parametersOf(fn).map(({ target }, index) => {
    const shape = given[index] ?? new Shape();
    bind(scope, target, shape);
    return shape;
  });
  const body = fn.getChild("Block") ?? fn.lastChild;
  if (body && depth < DEEPEST) body.cursor().iterate((node) => visit(scope, node.node));
  return shapes;
}

function bind(scope: Scope, target: SyntaxNode, shape: Shape): void {
  if (target.name === "VariableDefinition") scope.names.set(textOf(scope.code, target), shape);
  if (target.name !== "ObjectPattern") return;
  shape.become("object");
  let rest = false;
  for (const part of partsOf(target)) {
    if (part.name === "Spread") rest = true;
    else if (part.name === "VariableDefinition") scope.names.set(textOf(scope.code, part), shape);
    else if (part.name === "PatternProperty") {
      const [key, ...more] = partsOf(part);
      const inner =
        key && more.find((one) => ["VariableDefinition", "ObjectPattern"].includes(one.name));
      if (key) bindProperty(scope, key, inner ?? null, shape);
    }
  }
  if (rest) shape.become("object");
}

function bindProperty(scope: Scope, key: SyntaxNode, inner: SyntaxNode | null, shape: Shape): void {
  const name = textOf(scope.code, key);
  if (inner) bind(scope, inner, shape.field(name));
  else scope.names.set(name, shape.field(name));
}

function visit(scope: Scope, node: SyntaxNode): void {
  const parts = partsOf(node);
  switch (node.name) {
    case "MemberExpression":
      resolve(scope, node);
      return;
    case "CallExpression":
      call(scope, node);
      return;
    case "VariableDeclaration":
      for (const part of parts)
        if (part.name.endsWith("Definition") || part.name === "ObjectPattern") declare(scope, part);
      return;
    case "ForOfSpec": {
      const list = parts.at(-2);
      if (list) resolve(scope, list)?.become("array");
      return;
    }
    case "IfStatement":
      guard(scope, parts);
      return;
    case "BinaryExpression":
      if (parts[1]?.name === "ArithOp" && textOf(scope.code, parts[1]) !== "+")
        for (const side of [parts[0], parts[2]]) if (side) resolve(scope, side)?.become("number");
      return;
    default:
  }
}

function declare(scope: Scope, target: SyntaxNode): void {
  const value = initialValue(target);
  if (!value || isMissing(scope, value)) return;
  const shape = resolve(scope, value);
  if (shape) bind(scope, target, shape);
}

/** `if (!code) return …`: to get further, the value must be something. */
function guard(scope: Scope, parts: SyntaxNode[]): void {
  const condition = parts.find((part) => part.name === "ParenthesizedExpression");
  const negated = condition && partsOf(condition)[1];
  if (negated?.name !== "UnaryExpression" || !textOf(scope.code, negated).startsWith("!")) return;
  const value = partsOf(negated).at(-1);
  const shape = value && resolve(scope, value);
  if (shape) shape.truthy = true;
}

/** The shape that an expression stands for; what it reads on the way has to be there. */
function resolve(scope: Scope, node: SyntaxNode): Shape | null {
  const parts = partsOf(node);
  if (node.name === "VariableName") return scope.names.get(textOf(scope.code, node)) ?? null;
  if (node.name === "ParenthesizedExpression") return parts[1] ? resolve(scope, parts[1]) : null;
  if (node.name === "ObjectExpression") return literalShape(scope, parts);
  if (node.name !== "MemberExpression" || !parts[0]) return null;
  const base = resolve(scope, parts[0]);
  const last = parts.at(-1)!;
  if (!base || last.name === "]") {
    if (base && parts[0]) base.become("array");
    return null;
  }
  if (parts[1]?.name === "?.") return base.field(textOf(scope.code, last));
  if (isMissing(scope, parts[0])) return null;
  const inCall = node.parent?.name === "CallExpression" && partsOf(node.parent)[0]?.to === node.to;
  const name = textOf(scope.code, last);
  if (inCall && ARRAY_METHODS.has(name)) base.become("array");
  else if (inCall && TEXT_METHODS.has(name)) base.become("text");
  else if (name !== "length") {
    base.become("object");
    return base.field(name);
  }
  return null;
}

function literalShape(scope: Scope, parts: SyntaxNode[]): Shape {
  const properties = parts.filter((part) => part.name === "Property").map((part) => partsOf(part));
  const spread = properties.find(([first]) => first?.name === "Spread")?.[1];
  const shape = new Shape(spread ? resolve(scope, spread) : null);
  shape.become("object");
  for (const [key, ...more] of properties) {
    if (key?.name !== "PropertyDefinition") continue;
    const name = textOf(scope.code, key);
    const value = more.at(-1);
    const of = value ? resolve(scope, value) : (scope.names.get(name) ?? null);
    shape.set(name, of ?? new Shape());
  }
  return shape;
}

function call(scope: Scope, node: SyntaxNode): void {
  const [callee, list] = partsOf(node);
  if (!callee || list?.name !== "ArgList") return;
  const given = partsOf(list).filter((part) => !["(", ")", ","].includes(part.name));
  if (callee.name === "MemberExpression") {
    const shape = resolve(scope, callee);
    if (!shape) return;
    shape.become("function");
    shape.callback = given.findIndex(isFunction);
    return;
  }
  const own = functionCalled(scope.code, callee);
  const found = own
    ? { code: scope.code, fn: own }
    : scope.find(scope.code, textOf(scope.code, callee));
  if (!found) return;
  const shapes = given.map((argument) =>
    isMissing(scope, argument) ? null : resolve(scope, argument),
  );
  shapesOf(found.code, found.fn, scope.missing, scope.find, scope.depth + 1, shapes);
}

function isMissing({ code, missing }: Scope, node: SyntaxNode): boolean {
  return code === missing.code && pathText(code, node) === missing.path;
}
