import assert from "node:assert/strict";
import { test } from "node:test";
import { formatMoney, renderInvoice } from "../src/index.js";

test("an invoice names the address, the lines and the total", () => {
  const text = renderInvoice({
    id: "A-100",
    currency: "EUR",
    total: 2500,
    billing: { name: "Ada", address: { street: "1 Mill Lane", city: "Galway" } },
    lines: [{ name: "Mug", unitPrice: 1250, quantity: 2 }],
  });
  assert.equal(
    text,
    "Ada\n1 Mill Lane\nGALWAY\n\nInvoice for order A-100\n2 x Mug  €25.00\nTotal  €25.00",
  );
});

test("money is formatted from whole cents", () => {
  assert.equal(formatMoney(5, "EUR"), "€0.05");
});
