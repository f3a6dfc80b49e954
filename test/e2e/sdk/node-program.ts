import * as Sentry from "@sentry/node";

/* A program with a bug, and the real SDK: `node node-program.ts DSN`. */
class CheckoutError extends Error {
  override readonly name = "CheckoutError";
}

function totalOf(order: number): never {
  throw new CheckoutError(`No total for order ${order}`);
}

Sentry.init({ dsn: process.argv[2], environment: "production", release: "shop@1.2.3" });
Sentry.setUser({ id: "42", email: "ann@customer.example", ip_address: "203.0.113.9" });
try {
  totalOf(7);
} catch (error) {
  Sentry.captureException(error);
}
Sentry.captureException(new Error("A large one"), { extra: { text: "x y ".repeat(12_000) } });
const delivered = await Sentry.flush(10_000);
process.exit(delivered ? 0 : 1);
