import type { GroupingSettings } from "../domain/grouping";
import type { ProjectSettings } from "../domain/project";
import type { ReplaySettings } from "../domain/replay";
import type { Clock } from "../kit/clock";
import type { Db } from "../store/db";
import type { MemberRow } from "../store/placement";
import type { Likeness } from "./look-alike";
import type { ReplayMove } from "./replay-tables";

/** What the project's object says of itself. */
export type ObjectStatus = {
  announced: boolean;
  runningJobId: string | null;
  /** `name:version` of the embedder at work, and how many reports another one has read. */
  embedder: string;
  readByOthers: number;
};

/** What the verbs of this room need: they run in requests, outside the project's object. */
export type TriageDeps = {
  db: Db;
  clock: Clock;
  grouping: GroupingSettings;
  /** The project's object, reached by its typed RPC. */
  startJob(projectId: string): Promise<string>;
  /** Begins to decide everything anew by other settings; `begun` is false while an earlier one is being done. */
  startReplay(
    projectId: string,
    kind: "what_if" | "recluster",
    settings: ReplaySettings,
  ): Promise<{ id: string; begun: boolean }>;
  /** Begins to embed what another embedder has read, or answers the job that does so. */
  startReembed(projectId: string): Promise<string>;
  /** Nothing more is done for a job that a person has cancelled. The caller is in the gate. */
  dropJob(projectId: string, id: string): Promise<void>;
  /** How alike these reports of one cluster are. */
  lookAlike(projectId: string, rows: MemberRow[]): Promise<Likeness>;
  /** What a preview found; null when a newer one took its place. */
  replayFound(
    projectId: string,
    id: string,
  ): Promise<{ moves: ReplayMove[]; embedderVersion: string } | null>;
  objectStatus(projectId: string): Promise<ObjectStatus>;
  /** Runs `work` while no job and no other person changes who is in which cluster of the project. */
  inGate<T>(projectId: string, work: () => Promise<T>): Promise<T>;
  /** There is something to place or to describe. */
  announce(projectId: string): Promise<void>;
  /** Tells open dashboards that clusters have changed; best effort. */
  broadcastClusters(projectId: string): Promise<void>;
};

/** A project's own settings over the installation's. */
export function groupingOf(
  defaults: GroupingSettings,
  project: { settings: ProjectSettings } | undefined,
): GroupingSettings {
  const own = project?.settings.grouping;
  return {
    method: own?.method ?? defaults.method,
    threshold: own?.threshold ?? defaults.threshold,
    minClusterSize: own?.min_cluster_size ?? defaults.minClusterSize,
    truncateBodyChars: defaults.truncateBodyChars,
  };
}
