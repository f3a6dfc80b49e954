/** Whether `quantity` pieces can leave the warehouse today. `levels` maps a SKU to pieces on the shelf. */
export function isInStock(levels, sku, quantity = 1) {
  return (levels[sku] ?? 0) >= quantity;
}

/** The day (`YYYY-MM-DD`) on which the next delivery of a product is expected. */
export function nextDelivery(sku, deliveries, today) {
  const upcoming = deliveries
    .filter((delivery) => delivery.sku === sku && delivery.date >= today)
    .sort((left, right) => left.date.localeCompare(right.date));
  return upcoming[0].date;
}

/** What the product page says about a product that is sold out. */
export function restockNote(sku, deliveries, today) {
  const date = nextDelivery(sku, deliveries, today);
  return date ? `Back in stock on ${date}` : "Currently not available";
}
