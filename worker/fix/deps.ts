import type { ModelTask } from "../domain/models";
import type { RunnerName, RunStatus } from "../domain/run";
import type { Clock } from "../kit/clock";
import type { Db } from "../store/db";
import type { ProjectRow } from "../store/projects";
import type { Forge } from "./forge/forge";
import type { Pulls } from "./forge/pulls";
import type { AskedModel } from "./gateway/ask-model";
import type { Wire } from "./gateway/usage";
import type { AgentModel, Runner } from "./runners/runner";
import type { RunLog } from "./run-log";
import type { Sandboxes } from "./sandbox/sandbox";

/** What the verbs of this room need: they run in requests, cron and queue. */
export type FixDeps = {
  db: Db;
  clock: Clock;
  apiUrl: string;
  /** The address of a cluster on the dashboard. */
  clusterUrl(projectId: string, clusterId: string): string;
  archive: R2Bucket;
  /** The code host of a project's repository. Throws `repository_missing` when it has none. */
  forgeOf(project: ProjectRow): Forge;
  /** Its pull requests. Throws as `forgeOf` does. */
  pullsOf(project: ProjectRow): Pulls;
  /** The model of a task, paid by the project's day and, where one is named, the run; null where none is set up. */
  modelFor(project: ProjectRow, task: ModelTask, runId: string | null): AskedModel | null;
  /** The runner that is asked for, or the one that is set up. Throws `runner_unavailable`, naming what is missing. */
  chooseRunner(asked: RunnerName | undefined): RunnerName;
  /** Hands a pending run to the queue. Losing this call loses nothing: the sweep sends it again. */
  sendRun(projectId: string, runId: string): Promise<void>;
  /** Makes the run's Workflow instance of this generation; one that exists already is no error. */
  startWorkflow(run: { projectId: string; runId: string; generation: number }): Promise<void>;
  runLog(runId: string): RunLog;
  /** What one run may spend where its project does not say. */
  runBudgetMicroUsd: number;
  /** Tells the project's dashboards. Best effort. */
  broadcastRun(projectId: string, runId: string, status: RunStatus): Promise<void>;
  /** Tells them that clusters have changed. Best effort. */
  broadcastClusters(projectId: string): Promise<void>;
  sandboxes(): Sandboxes;
};

/** What the stages of a run need beside that. */
export type RunDeps = FixDeps & {
  runner(name: RunnerName): Runner;
  /** Hosts that a sandbox may reach while it installs what the repository declares. */
  registryHosts: string[];
  /** The model as the agent sees it: the gateway's address and the run's own token. Null when no model is set up. */
  agentModel(
    project: ProjectRow,
    runId: string,
    wires: readonly Wire[],
  ): Promise<AgentModel | null>;
  gatewayHost: string | null;
  /** A runner's program in the sandbox: a name on its PATH, or an absolute path. */
  agentProgram(runner: RunnerName): string;
};
