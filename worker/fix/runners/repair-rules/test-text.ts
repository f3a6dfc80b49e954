import type { MissingValue } from "./crash-message";
import type { Entry } from "./modules";
import { textOf } from "./syntax";
import { importPath, type TestStyle } from "./test-style";

/** A test that calls a function and expects no crash, written as the repository writes its tests. */
export function testText(
  style: TestStyle,
  entry: Entry,
  call: string,
  missing: MissingValue,
): string {
  const what =
    missing.property === null
      ? "a missing value"
      : `a missing value (reading '${missing.property}')`;
  const later = isAsync(entry);
  const lines = [
    ...imports(style, entry),
    "",
    `${style.call}(${JSON.stringify(`${entry.name} does not crash on ${what}`)}, ${later ? "async " : ""}() => {`,
    `  ${expectation(style, call, later)};`,
    "});",
    "",
  ];
  return lines.map((line) => restyled(line, style)).join("\n");
}

/** A promise is awaited where the function is async or makes one. */
function isAsync({ code, fn }: Entry): boolean {
  return textOf(code, fn).startsWith("async") || /\bnew Promise\b/.test(textOf(code, fn));
}

function imports(style: TestStyle, entry: Entry): string[] {
  const take = (names: string, from: string) =>
    style.modules === "import"
      ? `import ${names} from ${JSON.stringify(from)};`
      : `const ${names} = require(${JSON.stringify(from)});`;
  const own = importPath(style.folder, entry.path, style.importEnding);
  const runner = { node: "node:test", vitest: "vitest", jest: "@jest/globals", mocha: "mocha" }[
    style.runner
  ];
  const lines: string[] = [];
  if (style.asserts === "assert") lines.push(take("assert", "node:assert/strict"));
  if (style.asserts === "chai") lines.push(take("{ expect }", "chai"));
  if (!style.globals)
    lines.push(
      take(style.asserts === "expect" ? `{ expect, ${style.call} }` : `{ ${style.call} }`, runner),
    );
  return [...lines, take(entry.isDefault ? entry.name : `{ ${entry.name} }`, own)];
}

function expectation({ asserts }: TestStyle, call: string, later: boolean): string {
  if (asserts === "assert")
    return later
      ? `await assert.doesNotReject(async () => ${call})`
      : `assert.doesNotThrow(() => ${call})`;
  // A rejected promise fails the test by its own error.
  if (later)
    return asserts === "chai"
      ? `await ${call}`
      : `await expect((async () => ${call})()).resolves.not.toThrow()`;
  return `expect(() => ${call})${asserts === "chai" ? ".not.to.throw()" : ".not.toThrow()"}`;
}

function restyled(line: string, { quote, semicolons, indent }: TestStyle): string {
  let text = line.startsWith("  ") ? indent + line.slice(2) : line;
  if (quote === "'")
    text = text.replace(/"(?:[^"\\]|\\.)*"/g, (one) =>
      one.includes("'") ? one : `'${one.slice(1, -1).replaceAll('\\"', '"')}'`,
    );
  return semicolons ? text : text.replace(/;$/, "");
}
