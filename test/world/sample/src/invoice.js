import { formatMoney } from "./money.js";

function addressBlock(billing) {
  const parts = [billing.name, billing.address.street, billing.address.city.toUpperCase()];
  return parts.filter(Boolean).join("\n");
}

function lineRow(line, currency) {
  const amount = formatMoney(line.unitPrice * line.quantity, currency);
  return `${line.quantity} x ${line.name}  ${amount}`;
}

/** The invoice as plain text: address, one row for each line, total. */
export function renderInvoice(order) {
  const rows = order.lines.map((line) => lineRow(line, order.currency));
  return [
    addressBlock(order.billing),
    "",
    `Invoice for order ${order.id}`,
    ...rows,
    `Total  ${formatMoney(order.total, order.currency)}`,
  ].join("\n");
}
