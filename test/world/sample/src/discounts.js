function normaliseCode(code) {
  return code.trim().toUpperCase();
}

/**
 * The discount of a coupon in cents. `coupons` are the active ones, `{ code, percent, validUntil }`; a coupon ends at
 * the stroke of `validUntil` (epoch milliseconds).
 */
export function discountFor(subtotal, code, coupons, now = Date.now()) {
  if (!code) return 0;
  const wanted = normaliseCode(code);
  const coupon = coupons.find((entry) => entry.code === wanted && entry.validUntil > now);
  return Math.round((subtotal * coupon.percent) / 100);
}
