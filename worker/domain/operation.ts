import type { ClusterStatus } from "./cluster";
import type { ProjectSettings } from "./project";

/**
 * What can be done to clusters and their reports; `regroup` is what the machine decided for many at once, and `undo` takes
 * one of the others back.
 */
export const OPERATION_KINDS = [
  "merge",
  "split",
  "move",
  "remove",
  "duplicate",
  "change",
  "regroup",
  "undo",
] as const;
export type OperationKind = (typeof OPERATION_KINDS)[number];

/** A pair of reports that a person joined, or parted. */
export type LinkKind = "must" | "cannot";

/** A report whose root of duplicates changes; null: it is a root itself. */
export type DuplicateChange = { feedbackId: string; from: string | null; to: string | null };

/** A status that changed along. */
export type StatusChange = { clusterId: string; from: ClusterStatus; to: ClusterStatus };

/**
 * What an operation did, beside moving reports (those are ledger rows), so that it can be taken back exactly.
 *
 * - `merged`: clusters that lost their last report, and where to. `created`: clusters that it made.
 * - `before`, `after`: the columns of a cluster that a person edited.
 * - `undoes`: the operation that an `undo` took back.
 */
export type OperationEffect = {
  merged: { clusterId: string; into: string }[];
  created: string[];
  duplicates: DuplicateChange[];
  statuses: StatusChange[];
  before?: Record<string, unknown>;
  after?: Record<string, unknown>;
  /** The project's grouping settings, where a `regroup` changed them. */
  grouping?: Record<"before" | "after", ProjectSettings["grouping"]>;
  undoes?: string;
  /** What it took back was the machine's: then the undoing itself is a person's word. */
  undoesMachine?: boolean;
};
