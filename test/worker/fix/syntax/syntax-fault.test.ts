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

  it.each([
    ["a.js", 'import x from "./a.json" with { type: "json" };'],
    ["a.js", "#!/usr/bin/env node\nawait main();"],
    ["a.jsx", "const A = () => <><B.C {...p} a='1'>text &amp; {`x`}</B.C></>;"],
    ["a.ts", "type F<in out T> = T extends `${infer U}.${string}` ? U : never;"],
    ["a.ts", "@Injectable()\nexport class S { constructor(@Inject(X) private readonly x: X) {} }"],
    ["a.ts", "let x = <T,>(a: T) => a; type G = typeof import('./x'); using y = f();"],
    ["a.ts", "type P = abstract new (...args: any) => any; class A { accessor q = 1; }"],
    ["a.d.ts", "declare global { interface Window { x: number } }\nexport {};"],
    [
      "a.tsx",
      "const C = <T extends object>({ a }: P<T>): JSX.Element => <div<T> a={a as string} />;",
    ],
    [
      "a.py",
      "match p:\n    case Point(x=0) if ok:\n        pass\n    case [1, *rest] | {'a': b, **c}:\n        pass\n",
    ],
    ["a.py", "type X[T] = list[T]\ntry:\n    pass\nexcept* ValueError as e:\n    raise X from e\n"],
    [
      "a.go",
      "package a\n\nfunc Map[T, U any](s []T) (r []U) {\n\tfor i := range 10 {\n\t\t_ = i\n\t}\n\treturn\n}\n",
    ],
    ["A.java", "sealed interface S permits A {}\nrecord A(int x) implements S { A { x = 1; } }\n"],
    [
      "a.rs",
      "fn f<'a, const N: usize>(x: &'a [u8; N]) -> impl Iterator<Item = u8> + '_ { let Some(y) = x else { return }; y.await? }\n",
    ],
  ])("takes newer syntax for right: %s %s", async (path, text) => {
    expect(await syntaxFault(path, null, `${text}\n`)).toBeNull();
  });

  it("only hints near newer syntax that the grammar does not know", async () => {
    const within = "with (open(a) as b, open(c) as d):\n    pass\n";
    expect((await syntaxFault("a.py", null, within))?.loose).not.toBe(false);
    const pattern =
      "class A { int f(Object o) { return switch (o) {\ncase Integer i when i > 0 -> i;\ncase null, default -> 0;\n}; } }\n";
    expect((await syntaxFault("A.java", null, pattern))?.loose).not.toBe(false);
  });

  it("refuses the marks of a merge", async () => {
    const merge = "<<<<<<< HEAD\nx = 1\n=======\nx = 2\n>>>>>>> other\n";
    for (const path of ["a.js", "a.ts", "a.py", "a.go"])
      expect(await syntaxFault(path, "x = 1\n", merge), path).toMatchObject({ loose: false });
  });
});
