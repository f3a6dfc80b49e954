import { Script } from "node:vm";
import { describe, expect, test } from "vitest";
import {
  repairUndefinedRead,
  type UndefinedRead,
} from "../../../../../worker/fix/runners/repair-rules/repair-undefined-read";
import { syntaxFaults } from "./syntax-faults";

/** Marks the place of the crash in a source: `|` stands before the property that was read. */
function crashAt(marked: string, path: string, property: string): UndefinedRead {
  const offset = marked.indexOf("|");
  const source = marked.slice(0, offset) + marked.slice(offset + 1);
  const lines = marked.slice(0, offset).split("\n");
  return { path, source, line: lines.length, column: lines.at(-1)!.length + 1, property };
}

function repaired(marked: string, property: string, path = "a.js"): string {
  const crash = crashAt(marked, path, property);
  const repair = repairUndefinedRead(crash);
  if (repair.kind === "none") return `none: ${repair.reason}`;
  expect(repair.line).toBe(crash.line);
  expect(syntaxFaults(path, repair.source)).toEqual([]);
  expect(repair.explanation.length).toBeGreaterThan(20);
  const again = repairUndefinedRead({ ...crash, source: repair.source });
  expect(again.kind).toBe("none");
  return repair.source;
}

type Row = [name: string, before: string, property: string, after: string, path?: string];

const GUARDED: Row[] = [
  ["a property of a property", "x = a.b.|c;", "c", "x = a.b?.c;"],
  ["a whole chain by one link", "x = a.|b.c.d[0].e();", "b", "x = a?.b.c.d[0].e();"],
  ["the failing link of a chain that is optional before", "x = a?.b.|c;", "c", "x = a?.b?.c;"],
  ["the result of a call", "x = find(id).|name;", "name", "x = find(id)?.name;"],
  ["the result of a call in a chain", "x = a.b(1)[k].|c;", "c", "x = a.b(1)[k]?.c;"],
  ["an entry of an array", "x = rows[0].|id;", "id", "x = rows[0]?.id;"],
  ["a literal key", 'x = a["b-c"].|d;', "d", 'x = a["b-c"]?.d;'],
  ["a key in brackets", 'x = a.b|["c-d"];', "c-d", 'x = a.b?.["c-d"];'],
  ["a number in brackets", "x = a.rows|[0];", "0", "x = a.rows?.[0];"],
  ["a computed key", "x = stock|[sku];", "MUG-1", "x = stock?.[sku];"],
  ["a method call", "order.events.|emit(1);", "emit", "order.events?.emit(1);"],
  [
    "new.target",
    "function F() { return new.target.|name; }",
    "name",
    "function F() { return new.target?.name; }",
  ],
  ["a name in text", "x = `Hi ${a.b.|c}!`;", "c", 'x = `Hi ${a.b?.c ?? ""}!`;'],
  ["joined text", 'x = "Hi " + a.b.|c;', "c", 'x = "Hi " + (a.b?.c ?? "");'],
  ["joined text with text further off", 'x = a.|b + q + "!";', "b", 'x = (a?.b ?? "") + q + "!";'],
  [
    "joined text of a method",
    'x = a.b.|c.toUpperCase() + "!";',
    "c",
    'x = (a.b?.c.toUpperCase() ?? "") + "!";',
  ],
  [
    "a product",
    "x = total * coupon.|percent / 100;",
    "percent",
    "x = total * (coupon?.percent ?? 0) / 100;",
  ],
  ["a difference", "x = a.|b - 1;", "b", "x = (a?.b ?? 0) - 1;"],
  ["a sum into a number", "let n = 0; n += a.|b;", "b", "let n = 0; n += a?.b ?? 0;"],
  [
    "a sum in reduce",
    "x = l.reduce((s, i) => s + i.p.|c, 0);",
    "c",
    "x = l.reduce((s, i) => s + (i.p?.c ?? 0), 0);",
  ],
  ["a negative number", "x = -a.|b;", "b", "x = -(a?.b ?? 0);"],
  ["a comparison", "if (a.b.|c > 3) f();", "c", "if (a.b?.c > 3) f();"],
  ["a negation", "if (!a.|b) f();", "b", "if (!a?.b) f();"],
  ["typeof", "x = typeof a.|b;", "b", "x = typeof a?.b;"],
  ["delete", "delete a.b.|c.d;", "c", "delete a.b?.c.d;"],
  ["one that has a default after it", 'x = a.|b || "none";', "b", 'x = a?.b || "none";'],
  ["the right of &&", 'x = "" + (ok && a.|b);', "b", 'x = "" + (ok && (a?.b ?? ""));'],
  [
    "a branch of a condition in text",
    "x = `${ok ? a.|b : 1}`;",
    "b",
    'x = `${ok ? a?.b ?? "" : 1}`;',
  ],
  [
    "the list of a loop",
    "for (const x of a.b.|c) f(x);",
    "c",
    "for (const x of a.b?.c ?? []) f(x);",
  ],
  ["a spread list", "x = [...a.|b, 1];", "b", "x = [...(a?.b ?? []), 1];"],
  ["spread arguments", "f(...a.|b);", "b", "f(...(a?.b ?? []));"],
  ["a spread object", "x = { ...a.|b };", "b", "x = { ...a?.b };"],
  ["a value of an object", "x = { q: a.|b };", "b", "x = { q: a?.b };"],
  ["an argument of Object.keys", "x = Object.keys(a.|b);", "b", "x = Object.keys(a?.b ?? {});"],
  ["an argument of Math", "x = Math.round(a.|b);", "b", "x = Math.round(a?.b ?? 0);"],
  ["an argument of an unknown function", "f(a.|b);", "b", "f(a?.b);"],
  [
    "an argument with a default",
    "function f(x = 1) { return x.y; } f(a.|b);",
    "b",
    "function f(x = 1) { return x.y; } f(a?.b);",
  ],
  [
    "a source of a pattern",
    "const { q, r = 1 } = a.|b; f(q);",
    "b",
    "const { q, r = 1 } = a?.b ?? {}; f(q);",
  ],
  ["a pattern", "const { |q } = a.b;", "q", "const { q } = a.b ?? {};"],
  ["a pattern of a whole option", "const { |q } = options;", "q", "const { q } = options ?? {};"],
  ["a pattern of an assignment", "let q; ({ |q } = a.b);", "q", "let q; ({ q } = a.b ?? {});"],
  ["a pattern in a pattern", "const { b: { |c } } = a;", "c", "const { b: { c } = {} } = a;"],
  [
    "a parameter that is a pattern",
    "function f({ |a }) { return a; }",
    "a",
    "function f({ a } = {}) { return a; }",
  ],
  [
    "an arrow's parameter that is a pattern",
    "f = (x, { |a, b }) => a;",
    "a",
    "f = (x, { a, b } = {}) => a;",
  ],
  ["parentheses on the way", "x = (a.b.|c).d;", "c", "x = (a.b?.c)?.d;"],
  [
    "await on the way",
    "async function f() { return (await a.b.|c).d; }",
    "c",
    "async function f() { return (await a.b?.c)?.d; }",
  ],
  [
    "await of a call",
    "async function f() { await a.|b(); }",
    "b",
    "async function f() { await a?.b(); }",
  ],
  [
    "two reads of one thing in one statement",
    "x = [a.b.|c, a.b.d, a.e];",
    "c",
    "x = [a.b?.c, a.b?.d, a.e];",
  ],
  [
    "comments inside the chain",
    "x = a /* one */ . /* two */ |b;",
    "b",
    "x = a /* one */ ?. /* two */ b;",
  ],
  ["a chain over several lines", "x = a\n  .b\n  .|c\n  .d();", "c", "x = a\n  .b\n  ?.c\n  .d();"],
  [
    "a file with CR LF",
    "// one\r\nx = a.|b;\r\ny = 1;\r\n",
    "b",
    "// one\r\nx = a?.b;\r\ny = 1;\r\n",
  ],
  [
    "names in other letters",
    'größe = "日本" + straße.größe.|länge;',
    "länge",
    'größe = "日本" + (straße.größe?.länge ?? "");',
  ],
  ["an emoji before the place", 'x = "💥💥" + a.b.|c;', "c", 'x = "💥💥" + (a.b?.c ?? "");'],
  [
    "one of two reads of a minified line, by column",
    "f=a=>a.x.id+1;g=b=>b.x.|id;",
    "id",
    "f=a=>a.x.id+1;g=b=>b.x?.id;",
  ],
  [
    "a child of JSX",
    "x = <p>{user.profile.|name}</p>;",
    "name",
    "x = <p>{user.profile?.name}</p>;",
    "a.jsx",
  ],
  ["an attribute of JSX", "x = <Img src={a.b.|c} />;", "c", "x = <Img src={a.b?.c} />;", "a.tsx"],
  [
    "a list in JSX",
    "x = <ul>{a.items.|map((i) => <li>{i}</li>)}</ul>;",
    "map",
    "x = <ul>{a.items?.map((i) => <li>{i}</li>)}</ul>;",
    "a.jsx",
  ],
  [
    "several children of JSX",
    "x = <p>{u.p.|a} {u.p.b}</p>;",
    "a",
    "x = <p>{u.p?.a} {u.p?.b}</p>;",
    "a.jsx",
  ],
  ["a non-null assertion", "const x = a!.|b;", "b", "const x = a?.b;", "a.ts"],
  [
    "a list that is returned",
    "function f(a) { return a.|rows.map(g); }",
    "rows",
    "function f(a) { return a?.rows.map(g) ?? []; }",
  ],
  [
    "a list that is used below",
    "const l = a.|rows.filter(g); use(l.length);",
    "rows",
    "const l = a?.rows.filter(g) ?? []; use(l.length);",
  ],
  [
    "a sum that is returned",
    "f = (a) => a.|rows.reduce((s, r) => s + r, 0);",
    "rows",
    "f = (a) => a?.rows.reduce((s, r) => s + r, 0) ?? 0;",
  ],
  ["a text that is named", "const t = a.|name.trim();", "name", 'const t = a?.name.trim() ?? "";'],
  [
    "a length that is returned",
    "f = (a) => a.|rows.length;",
    "rows",
    "f = (a) => a?.rows.length ?? 0;",
  ],
  [
    "a list that is shown",
    "x = <ul>{a.|rows.map(g)}</ul>;",
    "rows",
    "x = <ul>{a?.rows.map(g)}</ul>;",
    "a.jsx",
  ],
  [
    "a comparison that opens no door",
    "l.filter((x) => x.tag.|name === tag);",
    "name",
    "l.filter((x) => x.tag?.name === tag);",
  ],
  ["a cast", "const x = (a.b as B).|c;", "c", "const x = (a.b as B)?.c;", "a.ts"],
  [
    "type arguments",
    "const x = a.b.|c<string>(1).d;",
    "c",
    "const x = a.b?.c<string>(1).d;",
    "a.ts",
  ],
  ["satisfies", "const x = a.|b satisfies C;", "b", "const x = a?.b satisfies C;", "a.mts"],
  [
    "an assertion that ends the value",
    "const x = `${a.b!.|c!}`;",
    "c",
    'const x = `${a.b?.c! ?? ""}`;',
    "a.ts",
  ],
  [
    "a value that is only tested later",
    "const y = a.b.|c; if (y) y.d();",
    "c",
    "const y = a.b?.c; if (y) y.d();",
  ],
  [
    "a value with an early exit later",
    "function f() { const y = a.b.|c; if (!y) return 1; return y.d; }",
    "c",
    "function f() { const y = a.b?.c; if (!y) return 1; return y.d; }",
  ],
  [
    "a value that is text later",
    "const y = a.|b; f(`${y}`);",
    "b",
    'const y = a?.b ?? ""; f(`${y}`);',
  ],
  [
    "a result that callers test",
    "function g() { return a.|b; } const y = g(); f(y ? y.c : 0);",
    "b",
    "function g() { return a?.b; } const y = g(); f(y ? y.c : 0);",
  ],
];

const REFUSED: [name: string, before: string, property: string, reason: RegExp, path?: string][] = [
  ["a value that is written", "a.b.|c.d = 1;", "c", /written to/],
  ["who may do what", "if (post.author.|id === user.id) edit(session);", "id", /who may do what/],
  ["who owns what", "return a.|id !== post.ownerId;", "id", /who may do what/],
  ["who is shut out", "if (!user.|banned) enter();", "banned", /who may do what/],
  ["a file's name", "fs.readFileSync(config.|path);", "path", /passed to `fs.readFileSync`/],
  ["an assertion that a type rests on", "const x: string = a!.|b;", "b", /declared type/, "a.ts"],
  [
    "an assertion that is returned",
    "function f(a?: A): string { return a!.|b; }",
    "b",
    /declared type/,
    "a.ts",
  ],
  ["a value that is counted up", "a.b.|c++;", "c", /written to/],
  ["a value that is added to", "a.b.|c += 1;", "c", /written to/],
  ["a loop's variable", "for (a.b.|c of l) f();", "c", /written to/],
  ["a constructor", "x = new a.b.|C();", "C", /constructed/],
  ["a tag of a template", "x = a.b.|tag`t`;", "tag", /tag of a template/],
  ["a base class", "class A extends a.|b {}", "b", /no guard is known/],
  ["a computed name", "x = { [a.|b]: 1 };", "b", /names a property/],
  ["a class of instanceof", "x = y instanceof a.|B;", "B", /instanceof/],
  ["a divisor", "x = 1 / a.|b;", "b", /right of `\/`/],
  ["a sum of unknown kind", "x = a.|b + c.d;", "b", /not clear/],
  ["`this`", "class A { f() { return this.|b.c; } }", "b", /`this` was missing/],
  ["a date", "x = new Date(a.|b);", "b", /Date/],
  ["JSON.parse", "x = JSON.parse(a.|b);", "b", /JSON\.parse/],
  ["a value that is read again later", "const y = a.|b;\ny.c();", "b", /move the crash to line 2/],
  ["a thing that is read again later", "f(a.|b);\ng(a.c);", "b", /move the crash to line 2/],
  [
    "a thing that is iterated later",
    "f(a.b.|c);\nfor (const x of a.b) g(x);",
    "c",
    /move the crash to line 2/,
  ],
  [
    "a result that callers read",
    "function g() { return a.|b; }\nf(g().c);",
    "b",
    /move the crash to line 2/,
  ],
  [
    "an argument that is read inside",
    "function g(x) { return x.y; }\ng(a.|b);",
    "b",
    /move the crash to line 1/,
  ],
  ["a nested pattern", "const { q: { z } } = a.|b;", "b", /more than one level/],
  [
    "a pattern whose name is read later",
    "const { |q } = a.b;\nq.r();",
    "q",
    /move the crash to line 2/,
  ],
  ["a guarded read", "x = a?.|b;", "b", /guarded already/],
  ["a guarded pattern", "const { |q } = a ?? {};", "q", /guarded already/],
  ["a line that does not read it", "x = a.b;|", "c", /does not read `c`/],
  ["a statement that does not parse", "x = = a.|b;", "b", /could not be parsed/],
  ["a parameter that the parser cannot confirm", "f = ({ |a }) => a;", "a", /could not confirm/],
  [
    "a private name in TypeScript",
    "class A { #p = 1; f(o: A) { g(o.|#p); } }",
    "#p",
    /private name/,
    "a.ts",
  ],
  ["a typed parameter", "function f({ |a }: P) { return a; }", "a", /declared type/, "a.ts"],
  ["another language", "x = a.|b", "b", /not JavaScript/, "a.py"],
];

describe("the repair rule guards", () => {
  test.each(GUARDED)("%s", (_name, before, property, after, path) => {
    expect(repaired(before, property, path)).toBe(after);
  });
});

describe("the repair rule has no guard for", () => {
  test.each(REFUSED)("%s", (_name, before, property, reason, path) => {
    expect(repaired(before, property, path)).toMatch(/^none: /);
    expect(repaired(before, property, path)).toMatch(reason);
  });
});

describe("the repair rule finds the place", () => {
  const line = "x = a.id === 1 || b.id === 2;";

  test("by the property alone when it is read once", () => {
    const crash = { path: "a.js", source: "f(a.b, c.d);", line: 1, column: null, property: "d" };
    expect(repairUndefinedRead(crash)).toMatchObject({ source: "f(a.b, c?.d);" });
  });

  test("by the expression that the browser named", () => {
    const crash = {
      path: "a.js",
      source: line,
      line: 1,
      column: null,
      property: "id",
      object: "b",
    };
    expect(repairUndefinedRead(crash)).toMatchObject({ source: "x = a.id === 1 || b?.id === 2;" });
  });

  test("by the expression alone, when the browser named no property", () => {
    const source = "x = order.customer.name;";
    const crash = {
      path: "a.js",
      source,
      line: 1,
      column: null,
      property: null,
      object: "order.customer",
    };
    expect(repairUndefinedRead(crash)).toMatchObject({ source: "x = order.customer?.name;" });
  });

  test("not at all when two reads could have crashed", () => {
    const crash = { path: "a.js", source: line, line: 1, column: null, property: "id" };
    expect(repairUndefinedRead(crash)).toMatchObject({ kind: "none", reason: /2 places/ });
  });

  test("only under the column when the frame may be a caller", () => {
    const crash = {
      path: "a.js",
      source: "f(a.b);",
      line: 1,
      column: 1,
      property: "b",
      exact: true,
    };
    expect(repairUndefinedRead(crash).kind).toBe("none");
    expect(repairUndefinedRead({ ...crash, column: 5 }).kind).toBe("edit");
  });

  test("nowhere in a line that the file does not have", () => {
    const crash = { path: "a.js", source: "x = a.b;", line: 9, column: 1, property: "b" };
    expect(repairUndefinedRead(crash)).toMatchObject({ kind: "none", found: false });
  });
});

test("the repair rule guards a private name, as JavaScript allows", () => {
  const crash = crashAt("class A { #p; f(o) { g(o.|#p); } }", "a.js", "#p");
  const repair = repairUndefinedRead(crash);
  expect(repair).toMatchObject({ source: "class A { #p; f(o) { g(o?.#p); } }" });
  expect(() => new Script(repair.kind === "edit" ? repair.source : "")).not.toThrow();
});

describe("the repair rule bears hostile input:", () => {
  test("a null value is not mended by a parameter's default", () => {
    const crash = { path: "a.js", source: "f = ({ a }) => a;", line: 1, column: 8, property: "a" };
    expect(repairUndefinedRead({ ...crash, value: "null" }).kind).toBe("none");
  });

  test.each([
    ["a chain of 20,000 links", `x = a${".b".repeat(20_000)}.c;`],
    ["20,000 open parentheses", `x = ${"(".repeat(20_000)}a.c`],
    ["20,000 nested calls", `x = ${"f(".repeat(20_000)}a.c${")".repeat(20_000)};`],
    ["a template without end", "x = `${a.c"],
    ["no code at all", "\u0000\u0001 <?php a.c ?>"],
    ["names of Object's own", "x = __proto__.constructor.hasOwnProperty.c;"],
  ])("%s is answered, not thrown", (_name, source) => {
    const repair = repairUndefinedRead({
      path: "a.js",
      source,
      line: 1,
      column: null,
      property: "c",
    });
    expect(["edit", "none"]).toContain(repair.kind);
  });

  test("a file of more than a megabyte is refused", () => {
    const source = `x = a.c;${" ".repeat(1_000_001)}`;
    const repair = repairUndefinedRead({
      path: "a.js",
      source,
      line: 1,
      column: null,
      property: "c",
    });
    expect(repair).toMatchObject({ kind: "none", reason: /too large/ });
  });
});
