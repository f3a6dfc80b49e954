import { expect, test } from "vitest";
import {
  parseMissingValue,
  type MissingValue,
} from "../../../../../worker/fix/runners/repair-rules/crash-message";

function value(
  property: string | null,
  object: string | null = null,
  kind: "undefined" | "null" = "undefined",
): MissingValue {
  return { property, object, value: kind };
}

test.each<[string, MissingValue]>([
  ["Cannot read properties of undefined (reading 'name')", value("name")],
  ["Cannot read properties of null (reading 'a-b')", value("a-b", null, "null")],
  ["TypeError: Cannot read properties of undefined (reading '0')", value("0")],
  ["Uncaught TypeError: Cannot read property 'name' of undefined", value("name")],
  ["Cannot read property 'name' of null", value("name", null, "null")],
  [
    "Cannot destructure property 'locale' of 'settings.template' as it is undefined.",
    value("locale", "settings.template"),
  ],
  ['can\'t access property "name", order.customer is undefined', value("name", "order.customer")],
  ['can\'t access property "x" of null', value("x", null, "null")],
  [
    "undefined is not an object (evaluating 'order.customer.name')",
    value("name", "order.customer"),
  ],
  [
    "null is not an object (evaluating 'find(1).name.trim()')",
    value("trim", "find(1).name", "null"),
  ],
  ["order.customer is undefined", value(null, "order.customer")],
  ["TypeError: rows[0] is null", value(null, "rows[0]", "null")],
  ["Cannot read properties of undefined (reading 'x')\n    at f (a.js:1:2)", value("x")],
])("%s is understood", (message, expected) => {
  expect(parseMissingValue(message)).toEqual(expected);
});

test.each([
  ["a call of no function", "x is not a function"],
  ["a write", "Cannot set properties of undefined (setting 'x')"],
  ["a name without a property", "undefined is not an object (evaluating 'x')"],
  ["an expression that does not parse", "undefined is not an object (evaluating '((((')"],
  ["an unknown name", "x is not defined"],
  ["an empty message", ""],
  ["a shell command", "$(touch pwned)"],
  ["an endless chain", `undefined is not an object (evaluating '${"a.".repeat(5_000)}b')`],
])("%s is another error", (_name, message) => {
  expect(parseMissingValue(message)).toBeNull();
});
