import { Hono } from "hono";
import { z } from "zod";
import { invalid, notFound } from "../errors";
import type { Forge } from "../forge";
import { issueOf, pageOf, readBody, requireLogin, type ForgeContext, type ForgeEnv } from "../http";
import { issueView } from "../issue-views";
import type { IssueRecord } from "../state";
import { announceIssue, createIssue, ensureLabels, setIssueState } from "../verbs/issues";

const labelNames = z.array(
  z.union([z.string().min(1), z.object({ name: z.string().min(1) }).transform((one) => one.name)]),
);
const createBody = z.object({
  title: z.union([z.string(), z.number().transform(String)]),
  body: z.string().nullish(),
  labels: labelNames.optional(),
  assignees: z.array(z.string()).optional(),
});
const updateBody = z.object({
  title: z.string().optional(),
  body: z.string().nullish(),
  state: z.enum(["open", "closed"]).optional(),
  state_reason: z.enum(["completed", "not_planned", "duplicate", "reopened"]).nullish(),
  labels: labelNames.optional(),
  assignees: z.array(z.string()).optional(),
});

/** Issues. As on GitHub the list holds pull requests too, marked by `pull_request`. */
export function issueRoutes(forge: Forge): Hono<ForgeEnv> {
  return new Hono<ForgeEnv>()
    .get("/issues", (c) => {
      const found = c.get("repo").issues.filter(matcher(c, forge)).toSorted(order(c));
      return c.json(pageOf(c, forge, found).map((one) => issueView(forge, c.get("repo"), one)));
    })
    .post("/issues", async (c) => {
      const login = requireLogin(c);
      const body = await readBody(c, createBody);
      requireTitle(body.title);
      // Who may not push may not label or assign either; GitHub drops both silently.
      const plain = login.permission === "read" ? { labels: [], assignees: [] } : {};
      const issue = await createIssue(forge, c.get("repo"), { ...body, ...plain }, login.login);
      return c.json(issueView(forge, c.get("repo"), issue), 201);
    })
    .get("/issues/:number{[0-9]+}", (c) => c.json(issueView(forge, c.get("repo"), issueOf(c))))
    .patch("/issues/:number{[0-9]+}", async (c) => {
      const login = requireLogin(c);
      const issue = issueOf(c);
      if (login.permission === "read" && login.login !== issue.user) throw notFound();
      const body = await readBody(c, updateBody);
      if (body.title !== undefined) requireTitle(body.title);
      await edit(forge, c, issue, body, login.login);
      await forge.commit();
      return c.json(issueView(forge, c.get("repo"), issue));
    });
}

function requireTitle(title: string): void {
  if (title.trim() !== "") return;
  throw invalid([{ resource: "Issue", code: "missing_field", field: "title" }]);
}

async function edit(
  forge: Forge,
  c: ForgeContext,
  issue: IssueRecord,
  body: z.output<typeof updateBody>,
  sender: string,
): Promise<void> {
  const repo = c.get("repo");
  const from = { title: issue.title, body: issue.body };
  issue.title = body.title ?? issue.title;
  if (body.body !== undefined) issue.body = body.body;
  if (body.labels) issue.labels = ensureLabels(forge, repo, [...new Set(body.labels)]);
  if (body.assignees) issue.assignees = body.assignees.filter((one) => forge.findLogin(one));
  issue.updatedAt = forge.now();
  const changes = {
    ...(from.title === issue.title ? {} : { title: { from: from.title } }),
    ...(from.body === issue.body ? {} : { body: { from: from.body ?? "" } }),
  };
  if (Object.keys(changes).length > 0) {
    await announceIssue(forge, repo, issue, "edited", sender, { changes });
  }
  const { state = issue.state, state_reason: reason } = body;
  if (state !== issue.state) {
    await setIssueState(forge, repo, issue, state, reason ?? null, sender);
  } else if (state === "closed" && reason && reason !== "reopened") issue.stateReason = reason;
}

function matcher(c: ForgeContext, forge: Forge): (issue: IssueRecord) => boolean {
  const { state = "open", since, creator, assignee } = c.req.query();
  const from = since === undefined ? null : Date.parse(since);
  if (Number.isNaN(from)) throw invalid([{ resource: "Issue", code: "invalid", field: "since" }]);
  if (creator !== undefined && !forge.findLogin(creator)) return () => false;
  const labels = (c.req.query("labels") ?? "").split(",").filter((one) => one !== "");
  return (issue) =>
    (state === "all" || issue.state === state) &&
    (from === null || Math.floor(issue.updatedAt / 1000) * 1000 >= from) &&
    labels.every((name) => issue.labels.includes(name)) &&
    (creator === undefined || issue.user === creator) &&
    (assignee === undefined || issue.assignees.includes(assignee));
}

/** Newest first by creation unless asked otherwise; equal times in the order of their numbers. */
function order(c: ForgeContext): (a: IssueRecord, b: IssueRecord) => number {
  const key = c.req.query("sort") === "updated" ? "updatedAt" : "createdAt";
  const sign = c.req.query("direction") === "asc" ? 1 : -1;
  return (a, b) => sign * (a[key] - b[key] || a.number - b.number);
}
