import { parseCode, partsOf, textOf } from "./syntax";

/** What an error message tells of a read of a missing value. At least one of `property` and `object` is known. */
export type MissingValue = {
  property: string | null;
  /** The expression that was missing, as the engine wrote it. */
  object: string | null;
  value: "undefined" | "null";
};

type Form = { pattern: RegExp; read(match: RegExpExecArray): MissingValue | null };

const LONGEST_MESSAGE = 1_000;

/**
 * The wordings of V8 (two generations), SpiderMonkey (two) and JavaScriptCore. These are error messages, not code: what
 * they quote of the code is read by the syntax tree.
 */
const FORMS: Form[] = [
  {
    pattern: /Cannot read propert(?:y|ies) of (undefined|null) \(reading '(.+)'\)/,
    read: ([, value, property]) => missing(value, property, null),
  },
  {
    pattern: /Cannot read property '(.+)' of (undefined|null)/,
    read: ([, property, value]) => missing(value, property, null),
  },
  {
    pattern: /Cannot destructure property '(.+?)' of '(.+)' as it is (undefined|null)/,
    read: ([, property, object, value]) => missing(value, property, object ?? null),
  },
  {
    pattern: /can't access property "(.+?)"(?:, (.+?) is| of) (undefined|null)/,
    read: ([, property, object, value]) => missing(value, property, object ?? null),
  },
  {
    pattern: /(undefined|null) is not an object \(evaluating '(.+)'\)/,
    read: ([, value, expression]) => evaluated(value, expression ?? ""),
  },
  {
    pattern: /^(?:Uncaught )?(?:TypeError: )?(.+) is (undefined|null)$/,
    read: ([, object, value]) => missing(value, null, object ?? null),
  },
];

/** Reads an error message; `null` when it is not about reading a property of `undefined` or `null`. */
export function parseMissingValue(message: string): MissingValue | null {
  const line = (message.split("\n")[0] ?? "").slice(0, LONGEST_MESSAGE).trim();
  for (const form of FORMS) {
    const match = form.pattern.exec(line);
    if (match) return form.read(match);
  }
  return null;
}

function missing(
  value: string | undefined,
  property: string | undefined | null,
  object: string | null,
): MissingValue | null {
  if (!property && !object) return null;
  return { property: property || null, object, value: value === "null" ? "null" : "undefined" };
}

/** JavaScriptCore quotes the whole expression: its last link is what was read, what stands before was missing. */
function evaluated(value: string | undefined, expression: string): MissingValue | null {
  const code = parseCode(expression, "jsx");
  if (!code) return null;
  let at = code.tree.topNode.firstChild?.firstChild ?? null;
  while (at?.name === "CallExpression") at = partsOf(at)[0] ?? null;
  const object = at ? partsOf(at)[0] : undefined;
  const last = at ? partsOf(at).at(-1) : undefined;
  if (at?.name !== "MemberExpression" || !object || last?.name !== "PropertyName") return null;
  return missing(value, textOf(code, last), textOf(code, object));
}
