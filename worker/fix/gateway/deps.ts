import type { Clock } from "../../kit/clock";
import type { Db } from "../../store/db";
import type { RunLog } from "../run-log";
import type { ModelSettings } from "./providers";

/** What a call of a model needs, whoever makes it: an agent through the gateway, or the Worker itself. */
export type GatewayDeps = {
  db: Db;
  clock: Clock;
  runLog(runId: string): RunLog;
  /** The project's budget of the day. */
  reserveForProject(projectId: string, microUsd: number): Promise<{ granted: boolean }>;
  settleForProject(projectId: string, differenceMicroUsd: number): Promise<void>;
  settings: ModelSettings;
};
