import { applyD1Migrations, env, reset, type D1Migration } from "cloudflare:test";
import { beforeEach } from "vitest";
import type * as worker from "../worker/index";
import { newIsolate } from "./builders/api";
import type { Bindings } from "../worker/env";
import type { World } from "./workers-world";

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- how the pool's types are extended
  namespace Cloudflare {
    // eslint-disable-next-line @typescript-eslint/consistent-type-definitions -- merged with the pool's own
    interface GlobalProps {
      mainModule: typeof worker;
    }
    // eslint-disable-next-line @typescript-eslint/consistent-type-definitions -- merged with the pool's own
    interface Env extends Bindings {
      TEST_MIGRATIONS: D1Migration[];
      WORLD: World;
    }
  }
}

/** Every test starts with an empty, migrated world of its own. */
beforeEach(async () => {
  await reset();
  newIsolate();
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
});
