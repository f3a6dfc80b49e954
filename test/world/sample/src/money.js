/** Formats whole cents, for example `1250` as `€12.50`. */
export function formatMoney(cents, currency = "EUR", locale = "en-IE") {
  return new Intl.NumberFormat(locale, { style: "currency", currency }).format(cents / 100);
}
