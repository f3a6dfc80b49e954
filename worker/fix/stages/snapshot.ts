import { runBatch } from "../../store/db";
import { updateRun } from "../../store/runs";
import { ForeignError } from "../../kit/foreign-error";
import { limitsOf } from "../steering";
import { RunFailure, type RunContext } from "./context";

/**
 * Pins the commit that everything else works on: the plan's, or the present head of the base branch. `opened`: a person has let
 * the run's findings go, and only delivery is left. The run's limits count from here on.
 */
export async function snapshot(
  context: RunContext,
): Promise<{ baseSha: string; baseBranch: string; opened: boolean }> {
  const { deps, run, project, plan } = context;
  if (run.evidence && run.openedBy && run.baseSha)
    return { baseSha: run.baseSha, baseBranch: run.evidence.baseBranch, opened: true };
  await deps.runLog(run.id).limit(limitsOf(context));
  const forge = deps.forgeOf(project);
  try {
    const baseBranch = project.baseBranch ?? (await forge.defaultBranch());
    const baseSha = run.baseSha ?? plan.baseSha ?? (await forge.headOf(baseBranch));
    await runBatch(deps.db, [updateRun(deps.db, run.projectId, run.id, { baseSha })]);
    await context.say({
      kind: "stage",
      key: "snapshot",
      text: `Plan version ${plan.version}, ${project.githubRepo} at ${baseSha.slice(0, 7)} (${baseBranch}), runner ${run.runner}.`,
    });
    return { baseSha, baseBranch, opened: false };
  } catch (error) {
    if (error instanceof ForeignError && error.kind === "not_found") {
      throw new RunFailure(
        `The repository ${project.githubRepo} or its base branch was not found.`,
      );
    }
    if (error instanceof ForeignError && error.kind === "unauthorized") {
      throw new RunFailure("The code host refused our token (GITHUB_TOKEN).");
    }
    throw error;
  }
}
