import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { ForgeError } from "./errors";
import type { Forge } from "./forge";
import { answerError, authenticate, conditional, openRepo, type ForgeEnv } from "./http";
import { pageRoutes } from "./pages/routes";
import { createRateLimits, type RateLimits } from "./rate-limit";
import { accountRoutes } from "./routes/account";
import { archiveRoutes, codeloadRoutes } from "./routes/archive";
import { checkRunRoutes } from "./routes/check-runs";
import { commentRoutes } from "./routes/comments";
import { contentsRoutes } from "./routes/contents";
import { gitDataRoutes } from "./routes/git-data";
import { graphqlRoutes } from "./routes/graphql";
import { hookRoutes } from "./routes/hooks";
import { issueRoutes } from "./routes/issues";
import { labelRoutes } from "./routes/labels";
import { pullRoutes } from "./routes/pulls";
import { refRoutes } from "./routes/refs";
import { repoRoutes } from "./routes/repos";
import { reviewRoutes } from "./routes/reviews";
import { statusRoutes } from "./routes/statuses";
import { treeRoutes } from "./routes/trees";
import { transportRoutes } from "./routes/transport";
import { worldRoutes } from "./routes/world";

/** GitHub takes blobs up to 100 MB; as base64 in JSON that is somewhat more. */
const LARGEST_BODY = 140 * 1024 * 1024;

/** All routes over one forge: API first, then git, then pages. */
export function createForgeApp(forge: Forge): { routes: Hono<ForgeEnv>; limits: RateLimits } {
  const limits = createRateLimits(forge);
  const routes = new Hono<ForgeEnv>();
  routes.onError(answerError);
  const tooLarge = () => {
    throw new ForgeError(413, "Payload too large");
  };
  for (const path of ["/user/*", "/users/*", "/repos/*", "/graphql", "/rate_limit"]) {
    routes.use(path, bodyLimit({ maxSize: LARGEST_BODY, onError: tooLarge }));
    routes.use(path, limits.count, authenticate(forge), limits.guard, conditional);
  }
  routes.use("/repos/:owner/:repo/*", openRepo(forge));
  routes.route("/", accountRoutes(forge, limits));
  routes.route("/", graphqlRoutes(forge));
  const ofRepo = [
    repoRoutes,
    refRoutes,
    gitDataRoutes,
    treeRoutes,
    contentsRoutes,
    archiveRoutes,
    pullRoutes,
    reviewRoutes,
    commentRoutes,
    labelRoutes,
    issueRoutes,
    statusRoutes,
    checkRunRoutes,
    hookRoutes,
  ];
  for (const make of ofRepo) routes.route("/repos/:owner/:repo", make(forge));
  routes.route("/", worldRoutes(forge));
  routes.route("/", transportRoutes(forge));
  routes.route("/", codeloadRoutes(forge));
  routes.route("/", pageRoutes(forge));
  return { routes, limits };
}
