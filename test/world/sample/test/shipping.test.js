import assert from "node:assert/strict";
import { test } from "node:test";
import { quoteShipping } from "../src/index.js";

const lines = [{ grams: 600, quantity: 2 }];

test("shipping grows with every started kilo", () => {
  const quote = quoteShipping({ shippingAddress: { country: "DE" }, lines });
  assert.deepEqual(quote, { zone: "union", cents: 1230, days: 4 });
});

test("where we do not deliver, the order is collected", () => {
  const quote = quoteShipping({ shippingAddress: { country: "AQ" }, lines });
  assert.equal(quote.zone, "store");
});
