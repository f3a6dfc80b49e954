import assert from "node:assert/strict";
import { test } from "node:test";
import { addLine, cartSubtotal, createCart, removeLine } from "../src/index.js";

const mug = { sku: "MUG-1", name: "Mug", price: 1250, grams: 400 };
const tea = { sku: "TEA-9", name: "Green tea", price: 680 };

test("the same product twice is one line", () => {
  const cart = addLine(addLine(createCart(), mug), mug, 2);
  assert.equal(cart.lines.length, 1);
  assert.equal(cart.lines[0].quantity, 3);
});

test("the subtotal counts quantities", () => {
  const cart = addLine(addLine(createCart(), mug, 2), tea);
  assert.equal(cartSubtotal(cart), 3180);
});

test("a removed line is gone", () => {
  const cart = removeLine(addLine(addLine(createCart(), mug), tea), "MUG-1");
  assert.deepEqual(
    cart.lines.map((line) => line.sku),
    ["TEA-9"],
  );
});
