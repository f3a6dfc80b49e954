import type { SyntaxNode } from "@lezer/common";
import type { PlannedCrash } from "../../../domain/plan";
import type { ProposedFile, ProposeInput } from "../runner";
import { shapesOf, type FindImported, type Missing } from "./call-shapes";
import type { MissingValue } from "./crash-message";
import { findCrashedRead } from "./crashed-read";
import { exportedFunctions, importedNames, type Entry, type Exported } from "./modules";
import { parametersOf } from "./names";
import { dialectOf, isFunction, offsetAt, parseCode, pathText, textOf, type Code } from "./syntax";
import { findTestStyle, stemOf } from "./test-style";
import { testText } from "./test-text";

type Frame = PlannedCrash["frames"][number];
type Repository = Pick<ProposeInput, "readFile" | "listFiles">;

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
  const files = await repository.listFiles();
  const known = new Set(files);
  const modules = await readModules(frames, known, repository);
  const entry = findEntry(frames, modules);
  const at = modules.get(site.path);
  if (!entry || !at) return null;
  const style = await findTestStyle(entry.path, { files, readFile: repository.readFile });
  if (!style) return null;
  const path = `${style.folder}${stemOf(entry.path)}.crash${style.ending}`;
  if ((await repository.readFile(path)) !== null) return null;
  const call = callText(
    entry,
    missingIn(at, site, missing),
    importsOf(modules, known),
    style.ending,
  );
  return { path, content: testText(style, entry, call, missing) };
}

/** The files of the stack, and what they import by relative paths, two steps deep. */
async function readModules(
  frames: Frame[],
  known: ReadonlySet<string>,
  repository: Repository,
): Promise<Map<string, Code>> {
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
      next.push(...importedNames(path, code, known).map((one) => one.from));
    }
    wanted = next;
  }
  return files;
}

function importsOf(files: Map<string, Code>, known: ReadonlySet<string>): FindImported {
  return (code, name) => {
    const [path] = [...files].find(([, one]) => one === code) ?? [];
    const found = path && importedNames(path, code, known).find((one) => one.local === name);
    const target = found && files.get(found.from);
    const fn = target && exportedFunctions(target).find((one) => one.name === found.name)?.fn;
    return fn ? { code: target, fn } : null;
  };
}

/** The innermost exported function that the stack went through. */
function findEntry(frames: Frame[], files: Map<string, Code>): Entry | null {
  for (const frame of frames) {
    const code = files.get(frame.path);
    const offset = code && offsetAt(code.source, frame.line, frame.column ?? 1);
    if (!code || offset === null || offset === undefined) continue;
    const exported = exportedFunctions(code);
    let node: SyntaxNode | null = code.tree.resolveInner(offset, 1);
    for (; node; node = node.parent) {
      const at = node;
      const found = isFunction(at) ? exported.find(({ fn }) => fn.from === at.from) : undefined;
      if (found) return { path: frame.path, code, fn: found.fn, ...calledAs(found, frame.path) };
    }
  }
  return null;
}

/** A module's own value is called like its file where its function has no name of its own. */
function calledAs({ name }: Exported, path: string): Pick<Entry, "name" | "isDefault"> {
  if (name !== "default") return { name, isDefault: false };
  const words = stemOf(path)
    .split(/[^A-Za-z0-9]+/)
    .filter(Boolean);
  const own = words.map((word, index) =>
    index === 0 ? word : word[0]!.toUpperCase() + word.slice(1),
  );
  return { name: /^[A-Za-z]/.test(own[0] ?? "") ? own.join("") : "subject", isDefault: true };
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
