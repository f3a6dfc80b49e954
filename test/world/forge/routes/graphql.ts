import { Hono } from "hono";
import { z } from "zod";
import type { Forge, Json } from "../forge";
import { readBody, requirePush, type ForgeEnv } from "../http";
import { findPullByNode } from "../verbs/issues";
import { setDraft } from "../verbs/pulls";
import { htmlUrl } from "../views";

const graphqlBody = z.object({
  query: z.string(),
  variables: z.record(z.string(), z.unknown()).nullish(),
});

/**
 * The two mutations that REST lacks: `markPullRequestReadyForReview` and `convertPullRequestToDraft`. The pull request's
 * node id is taken from the query itself or from a variable (plain, or inside an input object). Anything else is
 * answered with GraphQL errors and status 200.
 */
export function graphqlRoutes(forge: Forge): Hono<ForgeEnv> {
  return new Hono<ForgeEnv>().post("/graphql", async (c) => {
    const login = requirePush(c);
    const { query, variables } = await readBody(c, graphqlBody);
    const name = /\b(markPullRequestReadyForReview|convertPullRequestToDraft)\b/.exec(query)?.[1];
    if (!name) return c.json(failure("FORBIDDEN", "This played GitHub knows only two mutations."));
    const ids = [/pullRequestId:\s*"([^"]+)"/.exec(query)?.[1], ...strings(variables ?? {})];
    const found = ids.flatMap((id) => (id ? [findPullByNode(forge, id)] : [])).find((one) => one);
    if (!found) return c.json(failure("NOT_FOUND", "Could not resolve to a node."));
    const [repo, issue] = found;
    const draft = name === "convertPullRequestToDraft";
    await forge.inRepo(repo, () => setDraft(forge, repo, issue, draft, login.login));
    const pullRequest = {
      isDraft: issue.pull.draft,
      number: issue.number,
      url: `${htmlUrl(forge, repo)}/pull/${issue.number}`,
    };
    return c.json({ data: { [name]: { pullRequest } } });
  });
}

function failure(type: string, message: string): Json {
  return { data: null, errors: [{ type, message }] };
}

function strings(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(strings);
}
