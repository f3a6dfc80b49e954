import assert from "node:assert/strict";
import { test } from "node:test";
import { addLine, capturePayment, checkout, createCart } from "../src/index.js";

const gateway = { charge: (request, done) => done(null, { reference: `r-${request.order}` }) };
const coupons = [{ code: "SPRING10", percent: 10, validUntil: Number.MAX_SAFE_INTEGER }];

function request(changes = {}) {
  const cart = addLine(createCart(), { sku: "MUG-1", name: "Mug", price: 1000, grams: 400 }, 2);
  return {
    id: "A-100",
    cart,
    customer: { email: "ada@example.org", profile: { displayName: "Ada" } },
    billing: { name: "Ada", address: { street: "1 Mill Lane", city: "Galway" } },
    shippingAddress: { country: "IE" },
    ...changes,
  };
}

test("checkout adds shipping and takes off the discount", async () => {
  const order = await checkout(request({ couponCode: " spring10 " }), { gateway, coupons });
  assert.equal(order.discount, 200);
  assert.equal(order.shipping.cents, 500);
  assert.equal(order.total, 2300);
});

test("a paid order carries the reference of the payment", async () => {
  const order = await checkout(request(), { gateway, coupons });
  assert.deepEqual(order.payment, { status: "paid", reference: "r-A-100" });
  assert.equal(order.status, "paid");
});

test("an empty cart cannot be checked out", async () => {
  await assert.rejects(checkout(request({ cart: createCart() }), { gateway, coupons }), /empty/);
});

test("a refused card rejects", async () => {
  const refusing = { charge: (_, done) => done(Object.assign(new Error("refused"), { code: "card" })) };
  await assert.rejects(capturePayment(refusing, { id: "A-1", total: 1 }), /refused/);
});
