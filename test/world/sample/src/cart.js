/** An empty cart. Lines are `{ sku, name, unitPrice, quantity, grams }`. */
export function createCart() {
  return { lines: [] };
}

/** Adds a product, or raises the quantity when it is in the cart already. */
export function addLine(cart, product, quantity = 1) {
  const existing = cart.lines.find((line) => line.sku === product.sku);
  if (existing) {
    existing.quantity += quantity;
    return cart;
  }
  cart.lines.push({
    sku: product.sku,
    name: product.name,
    unitPrice: product.price,
    grams: product.grams ?? 0,
    quantity,
  });
  return cart;
}

export function removeLine(cart, sku) {
  cart.lines = cart.lines.filter((line) => line.sku !== sku);
  return cart;
}

/** The sum of the lines in cents, before discount and shipping. */
export function cartSubtotal(cart) {
  return cart.lines.reduce((sum, line) => sum + line.unitPrice * line.quantity, 0);
}
