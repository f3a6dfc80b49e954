import path from "node:path";
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-pool-workers";
import { defineConfig } from "vitest/config";

const root = path.join(import.meta.dirname, "..");
const deep = process.env["SOULCASTER_DEEP"];

/** Tests on the real runtime: workerd with D1, Durable Objects, queues, Workflows and R2; the outside world is played. */
export default defineConfig({
  root,
  plugins: [
    cloudflareTest(async ({ inject }) => {
      const world = inject("world");
      return {
        wrangler: { configPath: path.join(root, "wrangler.toml") },
        miniflare: {
          bindings: {
            APP_ENV: "test",
            VECTOR_BACKEND: "local",
            SEALING_KEY: "a-sealing-key-for-tests-only-0123456789",
            SETUP_TOKEN: "set-up-token-for-tests-only",
            PUBLIC_API_URL: "http://api.test",
            MAIL_DOMAIN: "in.example.com",
            PUBLIC_DASHBOARD_URL: "http://dashboard.test",
            SANDBOX_GATEWAY_URL: "http://gateway.soulcaster.local",
            GITHUB_API_URL: world.forge,
            GITHUB_TOKEN: world.forgeToken,
            REDDIT_CLIENT_ID: world.redditId,
            REDDIT_CLIENT_SECRET: world.redditSecret,
            REDDIT_API_URL: world.reddit,
            REDDIT_WEB_URL: world.reddit,
            E2B_API_KEY: world.sandboxKey,
            E2B_API_URL: world.sandbox,
            E2B_SANDBOX_URL: world.sandbox,
            MODEL_BASE_URL: `${world.model}/v1`,
            MODEL_API_KEY: world.modelKey,
            MODEL_NAME: "scripted-1",
            // Put there by the set-up command of a project: `test/builders/agent.ts`.
            KILOCODE_COMMAND: "/home/user/scripted-agent",
            WORLD: world,
            TEST_MIGRATIONS: await readD1Migrations(path.join(root, "migrations")),
          },
        },
      };
    }),
  ],
  test: {
    name: "workerd",
    include: ["test/**/*.workerd.test.ts"],
    // Waits for retries of queue and Workflow, and whole runs by each runner: minutes that `npm run test:deep` has.
    exclude: deep ? [] : ["test/**/*-faults.workerd.test.ts", "test/**/*.deep.workerd.test.ts"],
    setupFiles: ["test/workers-setup.ts"],
    globalSetup: ["test/workers-world.ts"],
    isolate: false,
    maxWorkers: 1,
    // workerd has an environment of its own.
    env: deep ? { SOULCASTER_DEEP: deep } : {},
    testTimeout: 60_000,
    silent: "passed-only",
    coverage: {
      provider: "istanbul",
      include: ["worker/**/*.ts"],
      reporter: ["text-summary", "json"],
    },
  },
});
