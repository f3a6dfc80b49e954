import { greetingFor } from "./customers.js";
import { formatMoney } from "./money.js";

const DEFAULT_FOOTER = "Acme, 1 Quay Street, Galway";

/**
 * The mail that confirms an order. `settings.template` holds a shop's own locale and footer; shops that never opened
 * the template editor use ours.
 */
export function confirmationMail(order, settings) {
  const { locale, footer } = settings.template;
  const total = formatMoney(order.total, order.currency, locale);
  return {
    to: order.customer.email,
    subject: `Your order ${order.id}`,
    text: [
      greetingFor(order.customer),
      "",
      `thank you for your order of ${total}.`,
      "",
      footer || DEFAULT_FOOTER,
    ].join("\n"),
  };
}
