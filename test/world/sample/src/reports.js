/** What the given orders brought in, in cents, without shipping. Cancelled orders do not count. */
export function revenueOf(orders) {
  let cents = 0;
  for (const order of orders) {
    if (order.status === "cancelled") continue;
    for (const line of order.lines) cents += line.unitPrice;
  }
  return cents;
}

/** The `count` products that sold most pieces, best first: `[{ sku, pieces }]`. */
export function topSellers(orders, count = 10) {
  const pieces = new Map();
  for (const order of orders) {
    for (const line of order.lines) {
      pieces.set(line.sku, (pieces.get(line.sku) ?? 0) + line.quantity);
    }
  }
  return [...pieces]
    .map(([sku, sold]) => ({ sku, pieces: sold }))
    .sort((left, right) => right.pieces - left.pieces)
    .slice(0, count - 1);
}
