import { z } from "zod";
import type { Actor } from "../domain/actor";
import { DomainError } from "../domain/errors";
import { newId } from "../domain/ids";
import { BranchName, PathPrefix, RepositoryName } from "../domain/project";
import { commit } from "../store/commit";
import { findProject, insertProject } from "../store/projects";
import { insertMembership } from "../store/users";
import type { ProjectDeps } from "./deps";
import { firstDsn } from "./sources";
import { toProjectView, type ProjectView } from "./views";

const command = z.string().trim().max(1_000).nullable();

export const CreateProjectInput = z.object({
  name: z.string().trim().min(1).max(100),
  github_repo: RepositoryName.nullable().default(null),
  base_branch: BranchName.nullable().default(null),
  path_prefix: PathPrefix.nullable().default(null),
  setup_command: command.default(null),
  test_command: command.default(null),
  approval_required: z.boolean().default(true),
});
export type CreateProjectInput = z.infer<typeof CreateProjectInput>;

/** A new project that its creator administers. People only: a token belongs to one project and makes no others. */
export async function createProject(
  deps: ProjectDeps,
  actor: Actor,
  input: CreateProjectInput,
  id = newId(),
): Promise<ProjectView> {
  if (actor.kind !== "user")
    throw new DomainError("forbidden", "Only a person can make a project.");
  const now = deps.clock();
  const project = {
    id,
    name: input.name,
    githubRepo: input.github_repo,
    ownerUserId: actor.userId,
    baseBranch: input.base_branch,
    pathPrefix: input.path_prefix,
    setupCommand: input.setup_command,
    testCommand: input.test_command,
    approvalRequired: input.approval_required,
    settings: { grouping: {}, scrub: {} },
    createdAt: now,
    updatedAt: now,
  };
  const member = { projectId: id, userId: actor.userId, role: "admin" as const, createdAt: now };
  await commit(
    deps.db,
    { actor, projectId: id, permissions: [] },
    now,
    [insertProject(deps.db, project), insertMembership(deps.db, member), firstDsn(deps, id, now)],
    { action: "project.create", target: `project:${id}` },
  );
  return toProjectView((await findProject(deps.db, id))!);
}
