/** One frame of the running shop. `context` is the line of code, as Sentry shows it. */
export type StoryFrame = {
  file: string;
  function: string | null;
  line: number;
  column: number;
  context: string;
};

/** What the engine says when one bug of the sample repository strikes. Frames have the crash site first. */
export type StoryCrash = { message: string; frames: StoryFrame[] };

const CHECKOUT: Omit<StoryFrame, "line" | "column" | "context"> = {
  file: "src/checkout.js",
  function: "checkout",
};
const MAIL: StoryFrame = {
  file: "src/notifications.js",
  function: "confirmationMail",
  line: 17,
  column: 7,
  context: "      greetingFor(order.customer),",
};

/** The crash bugs of `test/world/sample/`. A test crashes the sample and compares every frame with these. */
export const STORY_CRASHES = {
  shipping: {
    message: "Cannot read properties of undefined (reading 'country')",
    frames: [
      {
        file: "src/shipping.js",
        function: "quoteShipping",
        line: 16,
        column: 41,
        context: "  const country = order.shippingAddress.country;",
      },
      {
        ...CHECKOUT,
        line: 16,
        column: 20,
        context: "  const shipping = quoteShipping({ ...details, lines: cart.lines });",
      },
    ],
  },
  greeting: {
    message: "Cannot read properties of undefined (reading 'displayName')",
    frames: [
      {
        file: "src/customers.js",
        function: "greetingFor",
        line: 3,
        column: 33,
        context: "  const name = customer.profile.displayName;",
      },
      MAIL,
    ],
  },
  coupon: {
    message: "Cannot read properties of undefined (reading 'percent')",
    frames: [
      {
        file: "src/discounts.js",
        function: "discountFor",
        line: 13,
        column: 40,
        context: "  return Math.round((subtotal * coupon.percent) / 100);",
      },
    ],
  },
  restock: {
    message: "Cannot read properties of undefined (reading 'date')",
    frames: [
      {
        file: "src/inventory.js",
        function: "nextDelivery",
        line: 11,
        column: 22,
        context: "  return upcoming[0].date;",
      },
      {
        file: "src/inventory.js",
        function: "restockNote",
        line: 16,
        column: 16,
        context: "  const date = nextDelivery(sku, deliveries, today);",
      },
    ],
  },
  invoice: {
    message: "Cannot read properties of undefined (reading 'street')",
    frames: [
      {
        file: "src/invoice.js",
        function: "addressBlock",
        line: 4,
        column: 48,
        context:
          "  const parts = [billing.name, billing.address.street, billing.address.city.toUpperCase()];",
      },
      {
        file: "src/invoice.js",
        function: "renderInvoice",
        line: 17,
        column: 5,
        context: "    addressBlock(order.billing),",
      },
    ],
  },
  payment: {
    message: "Cannot read properties of undefined (reading 'reference')",
    frames: [
      {
        file: "src/payments.js",
        function: null,
        line: 18,
        column: 44,
        context: "      resolve({ status, reference: receipt.reference });",
      },
    ],
  },
  template: {
    message: "Cannot destructure property 'locale' of 'settings.template' as it is undefined.",
    frames: [
      {
        file: "src/notifications.js",
        function: "confirmationMail",
        line: 11,
        column: 11,
        context: "  const { locale, footer } = settings.template;",
      },
    ],
  },
} satisfies Record<string, StoryCrash>;

export type CrashBug = keyof typeof STORY_CRASHES;

/** Every bug that the story tells of: the crashes, two wrong answers, and reports of anything else. */
export type StoryBug = CrashBug | "revenue" | "top-sellers" | "other";

/** The stack trace as Node prints it, with the shop's own paths: for people who paste one. */
export function stackText(bug: CrashBug): string {
  const { message, frames }: StoryCrash = STORY_CRASHES[bug];
  const lines = frames.map((frame) => {
    const place = `file:///srv/orders/${frame.file}:${frame.line}:${frame.column}`;
    return `    at ${frame.function === null ? place : `${frame.function} (${place})`}`;
  });
  return [`TypeError: ${message}`, ...lines].join("\n");
}
