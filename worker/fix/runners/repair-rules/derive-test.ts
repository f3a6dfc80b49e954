import type { SyntaxNode } from "@lezer/common";
import type { PlannedCrash } from "../../../domain/plan";
import type { ProposedFile, ProposeInput } from "../runner";
import { shapesOf, type FindImported, type Missing } from "./call-shapes";
import type { MissingValue } from "./crash-message";
import { findCrashedRead } from "./crashed-read";
import { nameOfFunction, parametersOf } from "./names";
import { findTestStyle, importPath, resolveImport, stemOf, type TestStyle } from "./test-style";
import {
  dialectOf,
  isFunction,
  offsetAt,
  parseCode,
  partsOf,
  pathText,
  textOf,
  type Code,
} from "./syntax";

type Frame = PlannedCrash["frames"][number];
type Repository = Pick<ProposeInput, "readFile" | "listFiles">;
type Entry = { path: string; code: Code; fn: SyntaxNode; name: string };

const FILES_READ = 12;

/**
 * A test that calls the function of the crash, or the first exported one that called it, with the smallest arguments that lead to
 * the missing value. Arguments are read off the code; whether the test really fails as the report tells is for the evidence to
 * say. Null where the code does not tell, or its tests are of a kind that we do not know.
 */
export async function deriveTest(
  frames: Frame[],
  missing: MissingValue,
  repository: Repository,
): Promise<ProposedFile | null> {
  const [site] = frames;
  if (!site) return null;
  const files = await readModules(frames, repository);
  const entry = findEntry(frames, files);
  const at = files.get(site.path);
  if (!entry || !at) return null;
  const style = await findTestStyle(entry.path, await repository.listFiles(), repository.readFile);
  if (!style) return null;
  const path = `${style.folder}${stemOf(entry.path)}.crash${style.ending}`;
  if ((await repository.readFile(path)) !== null) return null;
  const call = callText(entry, missingIn(at, site, missing), importsOf(files), style.ending);
  return { path, content: testText(style, entry, call, missing) };
}

/** The files of the stack, and what they import by relative paths, two steps deep. */
async function readModules(frames: Frame[], repository: Repository): Promise<Map<string, Code>> {
  const files = new Map<string, Code>();
  let wanted = frames.map((frame) => frame.path);
  for (let step = 0; step < 3; step++) {
    const next: string[] = [];
    for (const path of wanted) {
      const dialect = dialectOf(path);
      if (files.has(path) || files.size >= FILES_READ || dialect === null) continue;
      const source = await repository.readFile(path);
      const code = source === null ? null : parseCode(source, dialect);
      if (!code || code.errors > 0) continue;
      files.set(path, code);
      next.push(...imports(path, code).map((one) => one.from));
    }
    wanted = next;
  }
  return files;
}

type Import = { local: string; name: string; from: string };

function imports(path: string, code: Code): Import[] {
  const found: Import[] = [];
  for (let node = code.tree.topNode.firstChild; node; node = node.nextSibling) {
    if (node.name !== "ImportDeclaration") continue;
    const specifier = node.getChild("String");
    const from = specifier && resolveImport(path, textOf(code, specifier).slice(1, -1));
    const group = node.getChild("ImportGroup");
    if (!from || !group) continue;
    for (const definition of group.getChildren("VariableDefinition")) {
      const local = textOf(code, definition);
      found.push({ local, name: local, from });
    }
  }
  return found;
}

function importsOf(files: Map<string, Code>): FindImported {
  return (code, name) => {
    const [path] = [...files].find(([, one]) => one === code) ?? [];
    const found = path && imports(path, code).find((one) => one.local === name);
    const target = found && files.get(found.from);
    const fn = target && exportedFunction(target, found.name);
    return fn ? { code: target, fn } : null;
  };
}

/** The innermost exported function that the stack went through. */
function findEntry(frames: Frame[], files: Map<string, Code>): Entry | null {
  for (const frame of frames) {
    const code = files.get(frame.path);
    const offset = code && offsetAt(code.source, frame.line, frame.column ?? 1);
    if (!code || offset === null || offset === undefined) continue;
    let node: SyntaxNode | null = code.tree.resolveInner(offset, 1);
    for (; node; node = node.parent) {
      const name = isFunction(node) ? nameOfFunction(node) : null;
      if (name && exportedFunction(code, textOf(code, name))?.from === node.from)
        return { path: frame.path, code, fn: node, name: textOf(code, name) };
    }
  }
  return null;
}

/** A function that a module exports by its name: `export function`, or `export const` with a function. */
function exportedFunction(code: Code, name: string): SyntaxNode | null {
  for (let node = code.tree.topNode.firstChild; node; node = node.nextSibling) {
    if (node.name !== "ExportDeclaration") continue;
    const declared = node.getChild("FunctionDeclaration");
    const own = declared?.getChild("VariableDefinition");
    if (declared && own && textOf(code, own) === name) return declared;
    for (const part of partsOf(node.getChild("VariableDeclaration") ?? node)) {
      const called = isFunction(part) ? nameOfFunction(part) : null;
      if (called && textOf(code, called) === name) return part;
    }
  }
  return null;
}

function missingIn(code: Code, site: Frame, missing: MissingValue): Missing {
  const place = {
    line: site.line,
    column: site.column,
    property: missing.property,
    object: missing.object,
    exact: false,
  };
  const found = findCrashedRead(code, place);
  const object = found.kind === "found" ? found.read.object : null;
  return { code, path: (object && pathText(code, object)) ?? "" };
}

/** In TypeScript arguments are cast: the types say that nothing is ever missing, and the tests must still compile. */
function callText(entry: Entry, missing: Missing, find: FindImported, ending: string): string {
  const shapes = shapesOf(entry.code, entry.fn, missing, find);
  const parameters = parametersOf(entry.fn);
  const given = shapes.map((shape, index) => {
    const { target, hasDefault, isRest } = parameters[index]!;
    const own = target.name === "VariableDefinition" ? textOf(entry.code, target) : "x";
    return shape.literal() ?? (hasDefault || isRest ? null : JSON.stringify(own));
  });
  while (given.length > 0 && given.at(-1) === null) given.pop();
  const cast = /\.[cm]?tsx?$/.test(ending) ? " as never" : "";
  return `${entry.name}(${given.map((text) => `${text ?? "undefined"}${cast}`).join(", ")})`;
}

/** A promise is awaited where the function is async or makes one. */
function isAsync({ code, fn }: Entry): boolean {
  return textOf(code, fn).startsWith("async") || /\bnew Promise\b/.test(textOf(code, fn));
}

function testText(style: TestStyle, entry: Entry, call: string, missing: MissingValue): string {
  const what =
    missing.property === null
      ? "a missing value"
      : `a missing value (reading '${missing.property}')`;
  const title = JSON.stringify(`${entry.name} does not crash on ${what}`);
  const from = JSON.stringify(importPath(style.folder, entry.path));
  const later = isAsync(entry);
  const head = later ? "async () => {" : "() => {";
  const lines =
    style.runner === "node"
      ? [
          'import assert from "node:assert/strict";',
          'import { test } from "node:test";',
          `import { ${entry.name} } from ${from};`,
          "",
          `test(${title}, ${head}`,
          later
            ? `  await assert.doesNotReject(async () => ${call});`
            : `  assert.doesNotThrow(() => ${call});`,
        ]
      : [
          'import { expect, test } from "vitest";',
          `import { ${entry.name} } from ${from.replace(/\.tsx?"$/, '"')};`,
          "",
          `test(${title}, ${head}`,
          later
            ? `  await expect((async () => ${call})()).resolves.not.toThrow();`
            : `  expect(() => ${call}).not.toThrow();`,
        ];
  return [...lines, "});", ""].join("\n");
}
