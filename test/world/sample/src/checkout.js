import { cartSubtotal } from "./cart.js";
import { discountFor } from "./discounts.js";
import { capturePayment } from "./payments.js";
import { quoteShipping } from "./shipping.js";

/**
 * Turns a cart into a paid (or pending) order. `request` holds `{ id, cart, customer, billing, shippingAddress,
 * couponCode, currency }`, `services` the payment gateway and the active coupons.
 */
export async function checkout(request, services) {
  const { cart, couponCode, ...details } = request;
  if (cart.lines.length === 0) throw new Error("The cart is empty");

  const subtotal = cartSubtotal(cart);
  const discount = discountFor(subtotal, couponCode, services.coupons);
  const shipping = quoteShipping({ ...details, lines: cart.lines });
  const order = {
    currency: "EUR",
    ...details,
    lines: cart.lines,
    discount,
    shipping,
    total: subtotal - discount + shipping.cents,
  };
  const payment = await capturePayment(services.gateway, order);
  return { ...order, payment, status: payment.status };
}
