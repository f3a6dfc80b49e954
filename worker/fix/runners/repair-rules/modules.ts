import type { SyntaxNode } from "@lezer/common";
import { nameOfFunction } from "./names";
import { isFunction, partsOf, samePlace, textOf, type Code } from "./syntax";

/** A function that a module gives away. `name` is `default` for the one that is the module's own value. */
export type Exported = { name: string; fn: SyntaxNode };

/** The function that a test calls. `name` is what it is called there; `isDefault`: it is its module's own value. */
export type Entry = { path: string; code: Code; fn: SyntaxNode; name: string; isDefault: boolean };

/** A name that a module takes from another file of the repository. */
export type Imported = { local: string; name: string; from: string };

/** The functions that a module exports: as ES modules write it, or CommonJS. */
export function exportedFunctions(code: Code): Exported[] {
  const found: Exported[] = [];
  for (let node = code.tree.topNode.firstChild; node; node = node.nextSibling) {
    if (node.name === "ExportDeclaration") found.push(...ofDeclaration(code, node));
    const assigned =
      node.name === "ExpressionStatement" ? node.getChild("AssignmentExpression") : null;
    if (assigned) found.push(...ofAssignment(code, assigned));
  }
  return found;
}

function ofDeclaration(code: Code, node: SyntaxNode): Exported[] {
  const parts = partsOf(node);
  const isDefault = parts.some((part) => part.name === "default");
  const declared = [...parts, ...partsOf(node.getChild("VariableDeclaration") ?? node)];
  const functions = declared.filter(isFunction).flatMap((fn) => {
    const own = nameOfFunction(fn);
    return isDefault ? [{ name: "default", fn }] : own ? [{ name: textOf(code, own), fn }] : [];
  });
  // `export { a, b as c }` names what stands elsewhere.
  const group = node.getChild("ExportGroup");
  const named =
    group && !node.getChild("String") ? textOf(code, group).slice(1, -1).split(",") : [];
  return [
    ...functions,
    ...named.flatMap((entry) => {
      const [local = "", name = local] = entry.trim().split(/\s+as\s+/);
      return localFunction(code, local).map((fn) => ({ name, fn }));
    }),
  ];
}

/** `module.exports = …` and `exports.name = …`. */
function ofAssignment(code: Code, node: SyntaxNode): Exported[] {
  const [left, , right] = partsOf(node);
  if (!left || !right) return [];
  const target = textOf(code, left);
  if (target === "module.exports") {
    if (right.name !== "ObjectExpression") return valueOf(code, right, "default");
    return right.getChildren("Property").flatMap((property) => {
      const [key, , value] = partsOf(property);
      return key ? valueOf(code, value ?? key, textOf(code, key)) : [];
    });
  }
  const name = /^(?:module\.)?exports\.(\w+)$/.exec(target)?.[1];
  return name ? valueOf(code, right, name) : [];
}

function valueOf(code: Code, value: SyntaxNode, name: string): Exported[] {
  if (isFunction(value)) return [{ name, fn: value }];
  return localFunction(code, textOf(code, value)).map((fn) => ({ name, fn }));
}

/** A function that the module declares at its top under this name. */
function localFunction(code: Code, name: string): SyntaxNode[] {
  const [definition] = (code.definitions.get(name) ?? []).filter((one) => {
    const holder = one.parent?.parent;
    return holder?.name === "Script" || holder?.parent?.name === "Script";
  });
  const holder = definition?.parent;
  if (holder?.name === "FunctionDeclaration") return [holder];
  return partsOf(holder ?? code.tree.topNode).filter(
    (part) => isFunction(part) && samePlace(nameOfFunction(part), definition!),
  );
}

/** What a module takes from files of the repository, by `import` or `require`. */
export function importedNames(path: string, code: Code, files: ReadonlySet<string>): Imported[] {
  const found: Imported[] = [];
  for (let node = code.tree.topNode.firstChild; node; node = node.nextSibling) {
    const [names, specifier] =
      node.name === "ImportDeclaration"
        ? [node.getChild("ImportGroup") ?? node, node.getChild("String")]
        : required(code, node);
    const from = specifier && resolveImport(path, textOf(code, specifier).slice(1, -1), files);
    if (!from || !names) continue;
    const isWhole = names.name === "ImportDeclaration" || names.name === "VariableDeclaration";
    for (const definition of namedIn(names)) {
      const local = textOf(code, definition);
      found.push({ local, name: isWhole ? "default" : local, from });
    }
  }
  return found;
}

/** `const { a } = require("./b")`, or `const b = require("./b")`. */
function required(code: Code, node: SyntaxNode): [SyntaxNode | null, SyntaxNode | null] {
  const call = node.name === "VariableDeclaration" ? node.getChild("CallExpression") : null;
  const [callee, list] = call ? partsOf(call) : [];
  if (!callee || !list || textOf(code, callee) !== "require") return [null, null];
  return [node.getChild("ObjectPattern") ?? node, list.getChild("String")];
}

/** Names that keep their name: what is renamed on the way is not followed. */
function namedIn(names: SyntaxNode): SyntaxNode[] {
  if (names.name !== "ObjectPattern") return names.getChildren("VariableDefinition");
  return names.getChildren("PatternProperty").flatMap((property) => {
    const [only, ...more] = partsOf(property);
    return only?.name === "VariableDefinition" && more.length === 0 ? [only] : [];
  });
}

const ENDINGS = [
  "",
  ".js",
  ".ts",
  ".tsx",
  ".jsx",
  ".mjs",
  ".cjs",
  ".mts",
  "/index.js",
  "/index.ts",
];

/** A relative import as a file of the repository; null when there is none. `./a.js` may be written for `a.ts`. */
export function resolveImport(
  fromFile: string,
  specifier: string,
  files: ReadonlySet<string>,
): string | null {
  if (!specifier.startsWith(".")) return null;
  const parts = fromFile.split("/").slice(0, -1);
  for (const part of specifier.split("/")) {
    if (part === "..") {
      if (parts.length === 0) return null;
      parts.pop();
    } else if (part !== "." && part !== "") parts.push(part);
  }
  const path = parts.join("/");
  const stem = path.replace(/\.([cm]?)js(x?)$/, ".$1ts$2");
  const wanted = [...ENDINGS.map((ending) => `${path}${ending}`), stem];
  return wanted.find((one) => files.has(one)) ?? null;
}
