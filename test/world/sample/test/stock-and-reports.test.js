import assert from "node:assert/strict";
import { test } from "node:test";
import { isInStock, restockNote, revenueOf, topSellers } from "../src/index.js";

const deliveries = [
  { sku: "MUG-1", date: "2026-09-01" },
  { sku: "MUG-1", date: "2026-03-04" },
];

test("a product is in stock when enough pieces are on the shelf", () => {
  assert.equal(isInStock({ "MUG-1": 3 }, "MUG-1", 3), true);
  assert.equal(isInStock({ "MUG-1": 3 }, "TEA-9"), false);
});

test("the note names the earliest coming delivery", () => {
  assert.equal(restockNote("MUG-1", deliveries, "2026-01-01"), "Back in stock on 2026-03-04");
  assert.equal(restockNote("MUG-1", deliveries, "2026-05-01"), "Back in stock on 2026-09-01");
});

test("revenue leaves out cancelled orders", () => {
  const orders = [
    { status: "paid", lines: [{ sku: "MUG-1", unitPrice: 1250, quantity: 1 }] },
    { status: "cancelled", lines: [{ sku: "TEA-9", unitPrice: 680, quantity: 1 }] },
  ];
  assert.equal(revenueOf(orders), 1250);
});

test("the best seller comes first", () => {
  const orders = [
    { lines: [{ sku: "TEA-9", quantity: 1 }] },
    { lines: [{ sku: "MUG-1", quantity: 5 }, { sku: "TEA-9", quantity: 2 }] },
  ];
  assert.deepEqual(topSellers(orders)[0], { sku: "MUG-1", pieces: 5 });
});
