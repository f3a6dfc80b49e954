import type { SyntaxNode } from "@lezer/common";
import { functionCalled, parametersOf } from "./names";
import { NOTHING, refuse, type Need } from "./need";
import { partBefore, partsOf, textOf, type Code } from "./syntax";

/** Built-in functions that throw, or answer nonsense, when their first argument is `undefined`. */
const BUILT_IN: Record<string, Need> = {
  Number: { kind: "default", text: "0" },
  parseInt: { kind: "default", text: "0" },
  parseFloat: { kind: "default", text: "0" },
  String: { kind: "default", text: '""' },
  encodeURIComponent: { kind: "default", text: '""' },
  encodeURI: { kind: "default", text: '""' },
  decodeURIComponent: { kind: "default", text: '""' },
  decodeURI: { kind: "default", text: '""' },
  "Object.keys": { kind: "default", text: "{}" },
  "Object.values": { kind: "default", text: "{}" },
  "Object.entries": { kind: "default", text: "{}" },
  "Object.fromEntries": { kind: "default", text: "[]" },
  "Array.from": { kind: "default", text: "[]" },
  "Promise.all": { kind: "default", text: "[]" },
  "Promise.allSettled": { kind: "default", text: "[]" },
  "Object.assign": refuseArgument("Object.assign"),
  "Object.freeze": NOTHING,
  "JSON.parse": refuseArgument("JSON.parse"),
  BigInt: refuseArgument("BigInt"),
  Date: refuseArgument("Date"),
  "Date.parse": refuseArgument("Date.parse"),
  URL: refuseArgument("URL"),
  RegExp: refuseArgument("RegExp"),
  fetch: refuseArgument("fetch"),
};

function refuseArgument(name: string): Need {
  return refuse(`the value is passed to \`${name}\`, which cannot do without it`);
}

/**
 * What a call needs of an argument that may be missing: known for built-in functions, and for functions of this file by
 * what `needOfParameter` says of the parameter (a name or a pattern).
 */
export function argumentNeed(
  code: Code,
  node: SyntaxNode,
  list: SyntaxNode,
  needOfParameter: (parameter: SyntaxNode) => Need,
): Need {
  if (partBefore(node)?.name === "Spread") return { kind: "default", text: "[]" };
  const callee = list.parent ? partsOf(list.parent).find((part) => part.name !== "new") : undefined;
  if (!callee) return NOTHING;
  const index = partsOf(list).filter((part) => part.from < node.from && part.name === ",").length;
  const name = textOf(code, callee);
  const outside = /^(?:fs|fsp|path|Buffer|crypto|http|https|child_process|process)\.\w+$/.exec(
    name,
  )?.[0];
  if (outside) return refuseArgument(outside);
  if (name.startsWith("Math.")) return { kind: "default", text: "0" };
  if (index === 0 && Object.hasOwn(BUILT_IN, name)) return BUILT_IN[name] ?? NOTHING;
  if (index === 0 && name.endsWith(".localeCompare")) return { kind: "default", text: '""' };
  const fn = functionCalled(code, callee);
  const parameter = fn ? parametersOf(fn)[index] : undefined;
  if (!parameter || parameter.hasDefault || parameter.isRest) return NOTHING;
  return needOfParameter(parameter.target);
}
