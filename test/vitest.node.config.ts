import path from "node:path";
import { defineConfig } from "vitest/config";

/** Takes tens of seconds, or minutes: only `npm run test:deep` runs it. */
const DEEP_ONLY = ["test/bench/cluster.test.ts", "test/**/*.deep.test.ts"];

export default defineConfig({
  root: path.join(import.meta.dirname, ".."),
  test: {
    name: "node",
    include: ["test/**/*.test.ts"],
    exclude: [
      "**/*.workerd.test.ts",
      "test/e2e/**",
      "**/node_modules/**",
      "test/world/sample/**",
      ...(process.env["SOULCASTER_DEEP"] ? [] : DEEP_ONLY),
    ],
    maxWorkers: 2,
    testTimeout: 20_000,
    silent: "passed-only",
  },
});
