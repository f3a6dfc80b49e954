import path from "node:path";
import { defineConfig } from "vitest/config";

/** Only in the deep tests (`npm run test:deep`): the agent's CLI is a fetch of 290 MB, the others are one more start each. */
const DEEP_ONLY = ["test/e2e/import.e2e.ts", "test/e2e/kilo.e2e.ts", "test/e2e/sentry-sdk.e2e.ts"];

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
