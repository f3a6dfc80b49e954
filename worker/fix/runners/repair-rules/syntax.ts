import type { SyntaxNode, Tree } from "@lezer/common";
import { parser } from "@lezer/javascript";

/** A parsed source file. `names` and `definitions` hold every use and every declaration of an identifier, in order. */
export type Code = {
  source: string;
  typed: boolean;
  tree: Tree;
  errors: number;
  names: Map<string, SyntaxNode[]>;
  definitions: Map<string, SyntaxNode[]>;
};

const DIALECTS: Record<string, string> = {
  js: "jsx",
  mjs: "jsx",
  cjs: "jsx",
  jsx: "jsx",
  ts: "ts",
  mts: "ts",
  cts: "ts",
  tsx: "ts jsx",
};

/** The Lezer dialect for a file, by its ending; `null` when the file is not JavaScript or TypeScript. */
export function dialectOf(path: string): string | null {
  const ending = path.slice(path.lastIndexOf(".") + 1).toLowerCase();
  return Object.hasOwn(DIALECTS, ending) ? (DIALECTS[ending] ?? null) : null;
}

/** Deeper trees are generated code or an attack, and each look at a node costs its depth. */
const DEEPEST_TREE = 1_000;

/** Parses a file. Never throws: what is not understood becomes error nodes, counted in `errors`. `null`: nested too deeply. */
export function parseCode(source: string, dialect: string): Code | null {
  const tree = parser.configure({ dialect }).parse(source);
  if (depthOf(tree) > DEEPEST_TREE) return null;
  const code: Code = {
    source,
    typed: dialect.startsWith("ts"),
    tree,
    errors: 0,
    names: new Map(),
    definitions: new Map(),
  };
  tree.iterate({
    enter(node) {
      if (node.type.isError) code.errors += 1;
      if (node.name === "VariableName") remember(code.names, source, node.node);
      if (node.name === "VariableDefinition") remember(code.definitions, source, node.node);
    },
  });
  return code;
}

function depthOf(tree: Tree): number {
  let depth = 0;
  let deepest = 0;
  tree.iterate({
    enter() {
      depth += 1;
      deepest = Math.max(deepest, depth);
    },
    leave() {
      depth -= 1;
    },
  });
  return deepest;
}

function remember(index: Map<string, SyntaxNode[]>, source: string, node: SyntaxNode): void {
  const name = source.slice(node.from, node.to);
  const known = index.get(name);
  if (known) known.push(node);
  else index.set(name, [node]);
}

export function textOf(code: Code, node: SyntaxNode): string {
  return code.source.slice(node.from, node.to);
}

function isComment(node: SyntaxNode): boolean {
  return node.name === "LineComment" || node.name === "BlockComment";
}

/** The children that mean something: all but comments. */
export function partsOf(node: SyntaxNode): SyntaxNode[] {
  const parts: SyntaxNode[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling) {
    if (!isComment(child)) parts.push(child);
  }
  return parts;
}

/** The nearest part before a node, comments skipped. */
export function partBefore(node: SyntaxNode): SyntaxNode | null {
  let before = node.prevSibling;
  while (before && isComment(before)) before = before.prevSibling;
  return before;
}

/** Whether two node objects stand for the same place: Lezer makes a new object at each visit. */
export function samePlace(one: SyntaxNode | null | undefined, other: SyntaxNode): boolean {
  return !!one && one.from === other.from && one.to === other.to && one.name === other.name;
}

export function contains(outer: SyntaxNode, inner: SyntaxNode): boolean {
  return outer.from <= inner.from && inner.to <= outer.to;
}

export function hasErrors(node: SyntaxNode): boolean {
  let found = false;
  node.cursor().iterate((inner) => {
    if (inner.type.isError) found = true;
    return !found;
  });
  return found;
}

/** 1-based line of an offset; lines end as ECMAScript says (LF, CR LF, CR, LS, PS), and so as V8 counts them. */
export function lineAt(source: string, offset: number): number {
  let line = 1;
  for (const start of lineStarts(source)) {
    if (start > offset) break;
    line += 1;
  }
  return line - 1;
}

/** Offset of a 1-based line and column (UTF-16 units), or `null` when there is no such line. */
export function offsetAt(source: string, line: number, column: number): number | null {
  const start = lineStarts(source)[line - 1];
  return start === undefined ? null : start + column - 1;
}

function lineStarts(source: string): number[] {
  const starts = [0];
  for (let at = 0; at < source.length; at += 1) {
    const unit = source.charCodeAt(at);
    if (unit === 13 && source.charCodeAt(at + 1) === 10) continue;
    if (unit === 10 || unit === 13 || unit === 0x2028 || unit === 0x2029) starts.push(at + 1);
  }
  return starts;
}

const DEEPEST_PATH = 60;

/**
 * A stable name of a place that can be read twice with the same answer: `order.customer` for `order ?. customer!`, or
 * `rows[0].id`. `null` for calls and everything else whose value may differ each time.
 */
export function pathText(code: Code, node: SyntaxNode): string | null {
  const tail: string[] = [];
  let at: SyntaxNode | undefined = node;
  for (let depth = 0; depth < DEEPEST_PATH && at; depth += 1) {
    if (at.name === "VariableName" || at.name === "this") return textOf(code, at) + tail.join("");
    const parts = partsOf(at);
    if (at.name === "ParenthesizedExpression") at = parts[1];
    else if (at.name === "PostfixExpression" && textOf(code, at).endsWith("!")) at = parts[0];
    else if (at.name === "MemberExpression") {
      const segment = lastSegment(code, parts);
      if (segment === null) return null;
      tail.unshift(segment);
      at = parts[0];
    } else return null;
  }
  return null;
}

function lastSegment(code: Code, parts: SyntaxNode[]): string | null {
  const last = parts.at(-1);
  if (!last) return null;
  if (last.name !== "]") return `.${textOf(code, last)}`;
  const key = parts.at(-2);
  if (!key) return null;
  const text = textOf(code, key);
  if (key.name === "String" && !text.includes("\\")) return `.${text.slice(1, -1)}`;
  return key.name === "Number" || key.name === "VariableName" ? `[${text}]` : null;
}

const FUNCTIONS = new Set([
  "FunctionDeclaration",
  "FunctionExpression",
  "ArrowFunction",
  "MethodDeclaration",
  "StaticBlock",
]);

export function isFunction(node: SyntaxNode): boolean {
  return FUNCTIONS.has(node.name) || (node.name === "Property" && !!node.getChild("ParamList"));
}

/** The function (or the whole file) whose body a node belongs to. */
export function functionAround(node: SyntaxNode): SyntaxNode {
  let at = node;
  while (at.parent) {
    at = at.parent;
    if (isFunction(at)) return at;
  }
  return at;
}
