import type { RunLimits } from "../domain/steering";
import { runLimits } from "../domain/project";
import type { ProjectActor } from "../domain/actor";
import { actorName } from "../domain/actor";
import type { ProjectRow } from "../store/projects";
import type { RunRow } from "../store/runs";

/** A run's limits: those that it started with or that were raised; its project's for a run from before there were any. */
export function limitsOf({
  run,
  project,
  deps,
}: {
  run: Pick<RunRow, "limits">;
  project: Pick<ProjectRow, "settings">;
  deps: { runBudgetMicroUsd: number };
}): RunLimits {
  return run.limits ?? runLimits(project.settings, deps.runBudgetMicroUsd);
}

/**
 * What an agent gets before its plan: the sentences of people who steer the run, the newest first, then what a follow-up was
 * started for. All of it is from people who may steer the run or write to the repository, and from the repository's checks.
 */
export function notesFor(run: Pick<RunRow, "guidance" | "followUp">): string[] {
  const told = run.guidance.toReversed().map(({ text }) => text);
  const { comments = [], checks = [] } = run.followUp ?? {};
  return [
    ...told,
    ...comments.map(({ author, path, line, text }) => {
      const place = path === null ? "" : ` about ${path}${line === null ? "" : `:${line}`}`;
      return `${author} said on the pull request${place}: ${text}`;
    }),
    ...checks.map(
      ({ name, conclusion, summary }) =>
        `The check ${name} ended with ${conclusion}${summary === "" ? "." : `: ${summary}`}`,
    ),
  ];
}

/** Who steers, as people read it; the audit log has the id. */
export function steererName({ actor }: ProjectActor): string {
  return actor.kind === "user" ? actor.name : actorName(actor);
}
