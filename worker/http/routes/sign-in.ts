import { Hono } from "hono";
import { z } from "zod";
import { setUp, SetUpInput } from "../../projects/set-up";
import { signIn, SignInInput, signOut } from "../../projects/sign-in";
import type { AppEnv } from "../app-env";
import { route } from "../route";

const Session = z.object({ session: z.string(), expires_at: z.string() });
const SetUpReply = z.object({
  user_id: z.string(),
  project_id: z.string(),
  sign_in_url: z.string(),
  token: z.string().nullable(),
  sources: z.record(z.string(), z.object({ id: z.string(), url: z.string() })),
});

export const signInRoutes = new Hono<AppEnv>()
  .post(
    "/set-up",
    route({
      summary: "Make the first user, project and sources; get a new sign-in link (set-up token)",
      access: "setup",
      body: SetUpInput,
      replies: { 200: SetUpReply },
    }),
    async (c) => c.json(await setUp(c.var.deps, c.req.valid("json")), 200),
  )
  .post(
    "/sessions",
    route({
      summary: "Trade a one-time sign-in link for a session",
      access: "public",
      body: SignInInput,
      replies: { 201: Session },
    }),
    async (c) => c.json(await signIn(c.var.deps, c.req.valid("json")), 201),
  )
  .post(
    "/sessions/end",
    route({
      summary: "End a session",
      access: "public",
      body: z.object({ session: z.string().max(200) }),
      replies: { 204: null },
    }),
    async (c) => {
      await signOut(c.var.deps, c.req.valid("json").session);
      return c.body(null, 204);
    },
  );
