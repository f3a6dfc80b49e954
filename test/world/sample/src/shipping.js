const ZONES = [
  { name: "home", countries: ["IE"], cents: 450, perKilo: 50, days: 2 },
  { name: "union", countries: ["AT", "BE", "DE", "ES", "FR", "IT", "NL"], cents: 990, perKilo: 120, days: 4 },
  { name: "overseas", countries: ["CA", "GB", "JP", "US"], cents: 1990, perKilo: 400, days: 9 },
];

const COLLECTION = { zone: "store", cents: 0, days: 1 };

function kilosOf(lines) {
  const grams = lines.reduce((sum, line) => sum + line.grams * line.quantity, 0);
  return Math.ceil(grams / 1000);
}

/** Price in cents and days until delivery. What we cannot send is collected in a store. */
export function quoteShipping(order) {
  const country = order.shippingAddress.country;
  const zone = ZONES.find((candidate) => candidate.countries.includes(country));
  if (!zone) return COLLECTION;
  return {
    zone: zone.name,
    cents: zone.cents + zone.perKilo * kilosOf(order.lines),
    days: zone.days,
  };
}
