import type { Crash } from "../../../../worker/domain/feedback";
import type { PlanInput, PlanItem, PlanRepository } from "../../../../worker/fix/plan/planner";
import { mayHoldCode } from "../../../../worker/fix/plan/source-files";
import { searchSource, SourceIndexBuilder } from "../../../../worker/fix/plan/source-index";

const FILES: Record<string, string> = {
  "src/shipping.js":
    "export function quoteShipping(order) {\n  return order.shippingAddress.country;\n}\n",
  "src/reports.js": "export function revenueOf(orders) {}\nexport function topSellers(orders) {}\n",
  "src/inventory.js": "export function nextDelivery(sku, deliveries) {}\n",
  "test/reports.test.js": "test(revenueOf);\n",
  "README.md": "# Orders: revenue, reports, shipping\n",
  "package-lock.json": '{"revenue":1}\n',
};

/** The search of a repository that has these files. */
export function searchIn(files: Record<string, string>): PlanRepository["search"] {
  const builder = new SourceIndexBuilder();
  for (const [path, text] of Object.entries(files)) if (mayHoldCode(path)) builder.add(path, text);
  const index = builder.build(true);
  return async (query, limit) => searchSource(index, query, limit);
}

export const CRASH: Crash = {
  type: "TypeError",
  message: "Cannot read properties of undefined (reading 'country')",
  frames: [
    {
      file: "app:///src/shipping.js",
      function: "quoteShipping",
      module: "shipping",
      line: 2,
      column: 32,
      in_app: true,
    },
    {
      file: "/srv/node_modules/express/index.js",
      function: "handle",
      module: null,
      line: 9,
      column: 1,
      in_app: false,
    },
  ],
};

export function item(changes: Partial<PlanItem> = {}): PlanItem {
  return { source: "sentry", title: "TypeError", body: "", crash: CRASH, ...changes };
}

/** Input for a planner, on a small repository; `reads` counts what the planner opened. */
export function planInput(changes: Partial<PlanInput> = {}): PlanInput & { reads: string[] } {
  const reads: string[] = [];
  return {
    reads,
    cluster: { id: "c1", title: "Checkout crashes for collected orders", summary: "" },
    items: [item(), item({ source: "manual", title: "Cannot pay", crash: null })],
    repository: {
      sha: "0123456789abcdef0123456789abcdef01234567",
      paths: Object.keys(FILES),
      async read(path) {
        reads.push(path);
        return FILES[path] ?? null;
      },
      search: searchIn(FILES),
      guidance: [{ path: "AGENTS.md", text: "Run npm test." }],
    },
    pathPrefix: null,
    ...changes,
  };
}
