import { Hono } from "hono";
import { iso, type Forge } from "../forge";
import { notFound } from "../errors";
import { requireLogin, type ForgeEnv } from "../http";
import type { RateLimits } from "../rate-limit";
import { permissionsView, repoView, userView } from "../views";

/** Who the caller is, who others are, and what is left of the hour. */
export function accountRoutes(forge: Forge, limits: RateLimits): Hono<ForgeEnv> {
  return new Hono<ForgeEnv>()
    .get("/user", (c) => {
      const { login, name, email } = requireLogin(c);
      const created = iso(Date.parse("2026-01-01T00:00:00Z"));
      return c.json({
        ...userView(forge, login),
        name,
        email,
        public_repos: forge.state.repos.filter((repo) => repo.owner === login).length,
        created_at: created,
        updated_at: created,
      });
    })
    .get("/user/repos", (c) => {
      const login = requireLogin(c);
      return c.json(
        forge.state.repos.map((repo) => ({
          ...repoView(forge, repo),
          permissions: permissionsView(login),
        })),
      );
    })
    .get("/users/:login", (c) => {
      const login = forge.findLogin(c.req.param("login"));
      if (!login) throw notFound();
      return c.json({ ...userView(forge, login.login), name: login.name });
    })
    .get("/rate_limit", (c) => c.json(limits.view(c.get("login")?.login ?? "")));
}
