import type { Clock } from "../../kit/clock";
import type { Db } from "../../store/db";
import type { RunLog } from "../run-log";

/** What the model gateway needs. */
export type GatewayDeps = {
  db: Db;
  clock: Clock;
  runLog(runId: string): RunLog;
  /** The project's budget of the day. */
  reserveForProject(projectId: string, microUsd: number): Promise<{ granted: boolean }>;
  settleForProject(projectId: string, differenceMicroUsd: number): Promise<void>;
  settings: {
    MODEL_BASE_URL?: string | undefined;
    MODEL_API_KEY?: string | undefined;
    GEMINI_API_KEY?: string | undefined;
    GEMINI_BASE_URL?: string | undefined;
    MODEL_NAME: string;
    MODEL_INPUT_USD_PER_MTOK: number;
    MODEL_OUTPUT_USD_PER_MTOK: number;
  };
};
