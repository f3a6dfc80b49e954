import type { RunSettings } from "../domain/run";
import type { ProjectRow } from "../store/projects";
import type { RunRow } from "../store/runs";

/** What a run that is started now keeps of its project. */
export function settingsFor(project: ProjectRow): RunSettings {
  const { githubRepo, baseBranch, pathPrefix, setupCommand, testCommand, settings } = project;
  return { githubRepo, baseBranch, pathPrefix, setupCommand, testCommand, settings };
}

/** The project as it was when the run was started. */
export function projectOf(project: ProjectRow, run: Pick<RunRow, "settings">): ProjectRow {
  return { ...project, ...run.settings };
}
