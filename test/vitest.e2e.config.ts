import path from "node:path";
import { defineConfig } from "vitest/config";

/** Only in the deep tests (`npm run test:deep`): the agents are fetched, 1.2 GB, the others are one more start each. */
const DEEP_ONLY = [
  "test/e2e/import.e2e.ts",
  "test/e2e/agents.e2e.ts",
  "test/e2e/sentry-sdk.e2e.ts",
];

/** Whole journeys against `npm start`. One after another: they share two cores. */
export default defineConfig({
  root: path.join(import.meta.dirname, ".."),
  test: {
    name: "journey",
    include: ["test/e2e/**/*.e2e.ts"],
    exclude: process.env["SOULCASTER_DEEP"] ? [] : DEEP_ONLY,
    fileParallelism: false,
    testTimeout: 240_000,
    hookTimeout: 240_000,
  },
});
