/** The cure of the sample repository's crash "coupon", and a test that fails without it. */
export const COUPON_FILE = "src/discounts.js";
export const COUPON_TEST = "test/discounts.test.js";

const CRASHING = "(subtotal * coupon.percent)";
const CURED = "(subtotal * (coupon?.percent ?? 0))";

export const COUPON_TEST_TEXT = `import assert from "node:assert/strict";
import { test } from "node:test";
import { discountFor } from "../src/discounts.js";

test("an unknown coupon takes nothing off", () => {
  assert.equal(discountFor(1000, "NOPE", []), 0);
});
`;

export function cured(source: string): string {
  if (!source.includes(CRASHING)) throw new Error("The sample has changed.");
  return source.replace(CRASHING, CURED);
}

/** The same as a line of bash. */
export const CURE = `sed -i 's/${CRASHING.replaceAll("*", "\\*")}/${CURED}/' ${COUPON_FILE}`;
export const WRITE_TEST = `cat > ${COUPON_TEST} <<'END'\n${COUPON_TEST_TEXT}END`;
