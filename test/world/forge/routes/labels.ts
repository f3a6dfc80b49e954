import { Hono } from "hono";
import { z } from "zod";
import { invalid, notFound } from "../errors";
import type { Forge } from "../forge";
import { issueOf, pageOf, readBody, requirePush, type ForgeContext, type ForgeEnv } from "../http";
import type { IssueRecord } from "../state";
import { announceIssue, ensureLabels } from "../verbs/issues";
import { labelView } from "../views";

const labelBody = z.object({
  name: z.string().min(1).max(50),
  color: z
    .string()
    .regex(/^[0-9a-fA-F]{6}$/)
    .default("ededed"),
  description: z.string().max(100).nullish(),
});
const namesBody = z.union([
  z.object({ labels: z.array(z.string().min(1)) }).transform((one) => one.labels),
  z.array(z.string().min(1)),
]);

/** The labels of a repository and those on one issue. */
export function labelRoutes(forge: Forge): Hono<ForgeEnv> {
  return new Hono<ForgeEnv>()
    .get("/labels", (c) => {
      const repo = c.get("repo");
      return c.json(pageOf(c, forge, repo.labels).map((one) => labelView(forge, repo, one)));
    })
    .get("/labels/:name", (c) => {
      const label = c.get("repo").labels.find((one) => one.name === c.req.param("name"));
      if (!label) throw notFound();
      return c.json(labelView(forge, c.get("repo"), label));
    })
    .post("/labels", async (c) => {
      requirePush(c);
      const repo = c.get("repo");
      const { name, color, description } = await readBody(c, labelBody);
      if (repo.labels.some((one) => one.name.toLowerCase() === name.toLowerCase())) {
        throw invalid([{ resource: "Label", code: "already_exists", field: "name" }]);
      }
      const label = { id: forge.nextId(), name, color, description: description ?? null };
      repo.labels.push(label);
      await forge.commit();
      return c.json(labelView(forge, repo, label), 201);
    })
    .get("/issues/:number{[0-9]+}/labels", (c) => c.json(labelsOf(c, forge, issueOf(c))))
    .post("/issues/:number{[0-9]+}/labels", async (c) => {
      const { login } = requirePush(c);
      const issue = issueOf(c);
      const names = ensureLabels(forge, c.get("repo"), await readBody(c, namesBody));
      const added = [...new Set(names)].filter((name) => !issue.labels.includes(name));
      issue.labels.push(...added);
      for (const name of added) await announceLabel(c, forge, issue, "labeled", name, login);
      await forge.commit();
      return c.json(labelsOf(c, forge, issue));
    })
    .delete("/issues/:number{[0-9]+}/labels/:name", async (c) => {
      const { login } = requirePush(c);
      const issue = issueOf(c);
      const name = c.req.param("name");
      if (!issue.labels.includes(name)) throw notFound("Label does not exist");
      issue.labels = issue.labels.filter((one) => one !== name);
      await announceLabel(c, forge, issue, "unlabeled", name, login);
      await forge.commit();
      return c.json(labelsOf(c, forge, issue));
    });
}

function labelsOf(c: ForgeContext, forge: Forge, issue: IssueRecord): unknown[] {
  const repo = c.get("repo");
  return repo.labels
    .filter((label) => issue.labels.includes(label.name))
    .map((label) => labelView(forge, repo, label));
}

async function announceLabel(
  c: ForgeContext,
  forge: Forge,
  issue: IssueRecord,
  action: string,
  name: string,
  sender: string,
): Promise<void> {
  const repo = c.get("repo");
  issue.updatedAt = forge.now();
  const label = repo.labels.find((one) => one.name === name);
  await announceIssue(forge, repo, issue, action, sender, {
    label: label && labelView(forge, repo, label),
  });
}
