import { z } from "zod";
import type { ProjectActor } from "../domain/actor";
import { notFound } from "../domain/errors";
import { BranchName, PathPrefix, ProjectSettings, RepositoryName } from "../domain/project";
import { commit } from "../store/commit";
import { findProject, updateProject } from "../store/projects";
import type { ProjectDeps } from "./deps";
import { toProjectView, type ProjectView } from "./views";

const command = z.string().trim().max(1_000).nullable();

export const UpdateProjectInput = z
  .object({
    name: z.string().trim().min(1).max(100),
    github_repo: RepositoryName.nullable(),
    base_branch: BranchName.nullable(),
    path_prefix: PathPrefix.nullable(),
    setup_command: command,
    test_command: command,
    approval_required: z.boolean(),
    settings: ProjectSettings,
  })
  .partial();
export type UpdateProjectInput = z.infer<typeof UpdateProjectInput>;

/** Changes what is given and leaves the rest. Runs that have started keep the settings they started with. */
export async function changeProject(
  deps: ProjectDeps,
  who: ProjectActor,
  input: UpdateProjectInput,
): Promise<ProjectView> {
  const before = await findProject(deps.db, who.projectId);
  if (!before) throw notFound("project");
  const now = deps.clock();
  const changes = {
    name: input.name,
    githubRepo: input.github_repo,
    baseBranch: input.base_branch,
    pathPrefix: input.path_prefix,
    setupCommand: input.setup_command,
    testCommand: input.test_command,
    approvalRequired: input.approval_required,
    settings: input.settings,
    updatedAt: now,
  };
  const given = Object.fromEntries(
    Object.entries(changes).filter(([, value]) => value !== undefined),
  );
  const view = toProjectView({ ...before, ...given });
  await commit(
    deps.db,
    who,
    now,
    [updateProject(deps.db, who.projectId, given)],
    {
      action: "project.change",
      target: `project:${who.projectId}`,
      detail: { before: toProjectView(before), after: view },
    },
    { status: 200, body: view },
  );
  return view;
}
