import path from "node:path";
import { defineConfig } from "vitest/config";

export default defineConfig({
  root: path.join(import.meta.dirname, ".."),
  test: {
    name: "node",
    include: ["test/**/*.test.ts"],
    exclude: ["**/*.workerd.test.ts", "test/e2e/**", "**/node_modules/**", "test/world/sample/**"],
    maxWorkers: 2,
    testTimeout: 20_000,
    silent: "passed-only",
  },
});
