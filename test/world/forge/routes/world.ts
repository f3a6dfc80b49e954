import { Hono } from "hono";
import { z } from "zod";
import type { Forge } from "../forge";
import { readBody, type ForgeEnv } from "../http";

const settingsBody = z
  .object({
    draftSupported: z.boolean(),
    rateLimit: z.number().int().min(0),
    treeLimit: z.number().int().min(1),
  })
  .partial()
  .strict();

/** `GET|POST /__world/forge`: what this played GitHub allows; the answer is all settings as they are now. */
export function worldRoutes(forge: Forge): Hono<ForgeEnv> {
  return new Hono<ForgeEnv>()
    .get("/__world/forge", (c) => c.json(forge.settings))
    .post("/__world/forge", async (c) => {
      Object.assign(forge.settings, await readBody(c, settingsBody));
      await forge.commit();
      return c.json(forge.settings);
    });
}
