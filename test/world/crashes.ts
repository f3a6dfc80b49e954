/** One bug of the sample repository that ends in a crash, and a few lines that show it. */
export type SampleCrash = {
  /** A name for tests, for example `shipping`. */
  name: string;
  /** The file of the crash site, in the sample repository. */
  file: string;
  /** The body of an ES module, run from the sample's root, that crashes with the bug and prints JSON without it. */
  script: string;
  /** What the script prints once the bug is fixed. */
  expected: unknown;
};

const ORDER = `{
  id: "A-4711", currency: "EUR", total: 2500,
  lines: [{ sku: "MUG-1", name: "Mug", unitPrice: 1250, quantity: 2, grams: 400 }],
}`;

/** The crash bugs of `test/world/sample/`, each shown through the library's own door. */
export const SAMPLE_CRASHES: SampleCrash[] = [
  {
    name: "shipping",
    file: "src/shipping.js",
    script: `import { checkout } from "./src/index.js";
const gateway = { charge: (request, done) => done(null, { reference: "r-1" }) };
const order = await checkout(
  { cart: ${ORDER}, id: "A-4711", customer: {}, billing: {} },
  { gateway, coupons: [] },
);
console.log(JSON.stringify(order.shipping));`,
    expected: { zone: "store", cents: 0, days: 1 },
  },
  {
    name: "greeting",
    file: "src/customers.js",
    script: `import { confirmationMail } from "./src/index.js";
const order = { ...${ORDER}, customer: { email: "guest@example.org" } };
const mail = confirmationMail(order, { template: { locale: "en-IE", footer: "Tea" } });
console.log(JSON.stringify(mail.text.split("\\n")[0]));`,
    expected: "Hello,",
  },
  {
    name: "coupon",
    file: "src/discounts.js",
    script: `import { discountFor } from "./src/index.js";
const coupons = [{ code: "SPRING10", percent: 10, validUntil: 1 }];
console.log(JSON.stringify(discountFor(2500, "SPRING10", coupons)));`,
    expected: 0,
  },
  {
    name: "restock",
    file: "src/inventory.js",
    script: `import { restockNote } from "./src/index.js";
console.log(JSON.stringify(restockNote("TEA-9", [], "2026-01-01")));`,
    expected: "Currently not available",
  },
  {
    name: "invoice",
    file: "src/invoice.js",
    script: `import { renderInvoice } from "./src/index.js";
const text = renderInvoice({ ...${ORDER}, billing: { name: "Ada" } });
console.log(JSON.stringify(text.split("\\n").slice(0, 2)));`,
    expected: ["Ada", ""],
  },
  {
    name: "payment",
    file: "src/payments.js",
    script: `import { capturePayment } from "./src/index.js";
const late = Object.assign(new Error("no answer in time"), { code: "ETIMEDOUT" });
const gateway = { charge: (request, done) => setTimeout(() => done(late), 1) };
console.log(JSON.stringify(await capturePayment(gateway, ${ORDER})));`,
    expected: { status: "pending" },
  },
  {
    name: "template",
    file: "src/notifications.js",
    script: `import { confirmationMail } from "./src/index.js";
const order = { ...${ORDER}, customer: { email: "ada@example.org", profile: {} } };
console.log(JSON.stringify(confirmationMail(order, {}).text.split("\\n").at(-1)));`,
    expected: "Acme, 1 Quay Street, Galway",
  },
];
