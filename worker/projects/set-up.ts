import { z } from "zod";
import { DomainError } from "../domain/errors";
import { derivedId, newId } from "../domain/ids";
import { runBatch } from "../store/db";
import { findProject } from "../store/projects";
import { findUserByEmail, insertMembership, insertUser } from "../store/users";
import { createProject, CreateProjectInput } from "./create-project";
import type { ProjectDeps } from "./deps";
import { makeSignInLink } from "./sign-in";
import { createSource, WEBHOOK_KINDS } from "./sources";
import { createToken } from "./tokens";

export const SetUpInput = z.object({
  email: z.email().max(200),
  name: z.string().trim().min(1).max(100).default("Administrator"),
  project: CreateProjectInput.extend({
    name: z.string().trim().min(1).max(100).default("My project"),
  }).prefault({}),
  /** Secrets of the webhook sources to make; a kind that is left out gets none. */
  source_secrets: z.partialRecord(z.enum(WEBHOOK_KINDS), z.string().min(16).max(200)).default({}),
  with_token: z.boolean().default(false),
});
export type SetUpInput = z.infer<typeof SetUpInput>;

export type SetUpResult = {
  user_id: string;
  project_id: string;
  sign_in_url: string;
  token: string | null;
  sources: Partial<Record<(typeof WEBHOOK_KINDS)[number], { id: string; url: string }>>;
};

/**
 * The first user, project and sources of an installation, and a fresh sign-in link each time. It may run any number of
 * times: ids derive from the e-mail, so nothing is made twice and an existing project keeps its settings.
 */
export async function setUp(deps: ProjectDeps, input: SetUpInput): Promise<SetUpResult> {
  const email = input.email.toLowerCase();
  const now = deps.clock();
  await runBatch(deps.db, [
    insertUser(deps.db, { id: newId(), email, name: input.name, createdAt: now }),
  ]);
  const user = await findUserByEmail(deps.db, email);
  if (!user) throw new DomainError("internal", "The user was not stored.");
  const actor = { kind: "user" as const, userId: user.id, name: user.name };
  const projectId = await derivedId("first project", email);
  if (!(await findProject(deps.db, projectId))) {
    const { GITHUB_REPO, BASE_BRANCH } = deps.settings;
    await createProject(
      deps,
      actor,
      {
        ...input.project,
        github_repo: input.project.github_repo ?? GITHUB_REPO ?? null,
        base_branch: input.project.base_branch ?? BASE_BRANCH ?? null,
      },
      projectId,
    );
  }
  const who = { actor, projectId, permissions: [] };
  const sources: SetUpResult["sources"] = {};
  for (const kind of WEBHOOK_KINDS) {
    const secret = input.source_secrets[kind];
    if (!secret) continue;
    const id = await derivedId("first source", kind, projectId);
    const name = kind === "sentry" ? "Sentry" : "GitHub issues";
    const source = await createSource(deps, who, { kind, name, secret }, id);
    if (source.webhook_url) sources[kind] = { id, url: source.webhook_url };
  }
  const link = await makeSignInLink(deps, user.id);
  const member = { projectId, userId: user.id, role: "admin" as const, createdAt: now };
  await runBatch(deps.db, [insertMembership(deps.db, member), link.statement]);
  const token = input.with_token
    ? await createToken(deps, who, {
        name: "Set-up",
        role: "admin",
        scopes: null,
        expires_in_days: null,
      })
    : null;
  return {
    user_id: user.id,
    project_id: projectId,
    sign_in_url: link.url,
    token: token?.token ?? null,
    sources,
  };
}
