import { describe, expect, it } from "vitest";
import { syntaxFault } from "../../../../worker/fix/syntax/syntax-fault";

describe("the syntax of a changed file", () => {
  it.each([
    ["a.js", "const a = 1;\n", "const a = ;\n"],
    ["a.ts", "const a: number = 1;\n", "const a: number = 1;\nfunction (\n"],
    ["a.tsx", "const a = <b>{1}</b>;\n", "const a = <b>{1}</c;\n"],
    ["a.py", "def f():\n    return 1\n", "def f(:\n    return 1\n"],
    ["a.go", "package a\n\nfunc f() int { return 1 }\n", "package a\n\nfunc f( int { return 1 }\n"],
    ["A.java", "class A { int f() { return 1; } }\n", "class A { int f( { return 1; } }\n"],
    ["a.rs", "fn f() -> i32 { 1 }\n", "fn f( -> i32 { 1 }\n"],
    ["a.json", '{"a": 1}\n', '{"a": 1,,}\n'],
    ["a.css", "a { color: red; }\n", "a { color: red; ]\n"],
  ])("%s: what was right and is broken now is told, and only that", async (path, good, bad) => {
    expect(await syntaxFault(path, null, good)).toBeNull();
    expect(await syntaxFault(path, good, good)).toBeNull();
    expect(await syntaxFault(path, good, bad)).toMatchObject({ loose: false });
    expect(await syntaxFault(path, bad, bad), "as bad as before").toBeNull();
    expect(await syntaxFault(path, bad, good)).toBeNull();
  });

  it("names the line of the error nearest to the change", async () => {
    const lines = Array.from({ length: 20 }, (_, n) => `const a${n} = ${n};`);
    const broken = lines.with(11, "const a11 = (;");
    const fault = await syntaxFault("a.js", lines.join("\n"), broken.join("\n"));
    expect(fault?.line).toBe(12);
    expect(fault?.message).toContain("const a11 = (;");
  });

  it("only hints where the grammar is loose, and says nothing where there is none", async () => {
    expect(await syntaxFault("a.cpp", "int a;\n", "int a = (;\n")).toMatchObject({ loose: true });
    expect(await syntaxFault("a.php", "<?php $a = 1;\n", "<?php $a = (;\n")).toMatchObject({
      loose: true,
    });
    expect(await syntaxFault("a.zig", "x", "((((")).toBeNull();
    expect(await syntaxFault("tsconfig.json", null, "{ // a comment\n}")).toBeNull();
  });
});
