import type { SyntaxNode } from "@lezer/common";
import { partsOf, textOf, type Code } from "./syntax";

const TEXTS =
  /^(?:join|padEnd|padStart|toFixed|toISOString|toLowerCase|toString|toUpperCase|trim|trimEnd|trimStart|repeat)$/;
const LISTS = /^(?:map|filter|flatMap|flat|split|toSorted|toReversed)$/;
/** Where a value goes on as what it is: somebody else relies on its kind. */
const HANDS_ON = new Set(["ReturnStatement", "ArrowFunction", "VariableDeclaration"]);

/**
 * The neutral value of the kind that a chain surely gives (`.map(…)` a list, `.trim()` a text, `.reduce(…, 0)` a number), where it is
 * returned or named: so that who uses it need not know that something was missing. Null where the code does not tell.
 */
export function knownResult(
  code: Code,
  link: SyntaxNode,
  top: SyntaxNode,
): '""' | "0" | "[]" | null {
  if (!HANDS_ON.has(top.parent?.name ?? "")) return null;
  if (top.name === "MemberExpression" && top.from === link.from && top.to === link.to) return null;
  const parts = partsOf(top);
  if (top.name === "MemberExpression") return lastName(code, top) === "length" ? "0" : null;
  const [callee, list] = parts;
  if (top.name !== "CallExpression" || callee?.name !== "MemberExpression" || !list) return null;
  const name = lastName(code, callee);
  if (LISTS.test(name)) return "[]";
  if (TEXTS.test(name)) return '""';
  const start = partsOf(list).findLast((part) => part.name !== ")");
  return name === "reduce" && start?.name === "Number" && textOf(code, start) === "0" ? "0" : null;
}

function lastName(code: Code, member: SyntaxNode): string {
  const last = partsOf(member).at(-1);
  return last?.name === "PropertyName" ? textOf(code, last) : "";
}

const ACCESS =
  /auth|owner|permission|role|session|token|password|secret|admin|\buser_?id\b|userId/i;
const SHUT_OUT = /^(?:is)?(?:banned|blocked|disabled|locked|revoked|expired|suspended|deleted)$/i;

/** Why a missing value must not simply count as unequal, or as "not so", here; null where it may. */
export function decidesAccess(code: Code, top: SyntaxNode): string | null {
  const parent = top.parent;
  const reason = "it decides who may do what, and a missing value could open the door";
  if (parent?.name === "UnaryExpression") {
    const isNot = textOf(code, parent).startsWith("!");
    return isNot && SHUT_OUT.test(lastName(code, top)) ? reason : null;
  }
  if (parent?.name !== "BinaryExpression") return null;
  const [left, operator, right] = partsOf(parent);
  if (!left || !right || !/^[!=]==?$/.test(textOf(code, operator!))) return null;
  const other = left.from === top.from ? right : left;
  const isLiteral = /^(?:String|Number|BooleanLiteral|TemplateString)$/.test(other.name);
  return !isLiteral && ACCESS.test(textOf(code, parent)) ? reason : null;
}

/** Whether a value without its `!` no longer fits the type that stands beside what it starts. */
export function breaksType(top: SyntaxNode): boolean {
  const parent = top.parent;
  if (parent?.name === "VariableDeclaration") return parent.getChild("TypeAnnotation") !== null;
  if (parent?.name === "ArrowFunction") return parent.getChild("TypeAnnotation") !== null;
  if (parent?.name !== "ReturnStatement") return false;
  for (let at = parent.parent; at; at = at.parent)
    if (/^(?:Function|Method|Arrow)/.test(at.name)) return at.getChild("TypeAnnotation") !== null;
  return false;
}
