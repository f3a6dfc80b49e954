import { z } from "zod";
import type { ProjectActor } from "../domain/actor";
import {
  CLUSTER_STATUSES,
  CLUSTER_SUMMARY_LIMIT,
  CLUSTER_TITLE_LIMIT,
  nextClusterStatus,
  SEVERITIES,
  type ClusterEvent,
  type ClusterStatus,
} from "../domain/cluster";
import { DomainError, notFound } from "../domain/errors";
import { findCluster, updateCluster, type ClusterRow } from "../store/clusters";
import type { OperationRow } from "../store/operations";
import { refused } from "./decide-change";
import { NO_EFFECT, operate, type LedgerDeps, type Planned } from "./operate";
import type { OperationView } from "./views";

const Ignore = z.object({
  reason: z.string().trim().min(1).max(300),
  until: z.iso.datetime({ offset: true }).optional(),
  /** Wakes up after this many further reports. */
  until_reports: z.number().int().min(1).max(1_000_000).optional(),
});

export const ChangeClusterInput = z
  .object({
    title: z.string().trim().min(1).max(CLUSTER_TITLE_LIMIT),
    summary: z.string().trim().min(1).max(CLUSTER_SUMMARY_LIMIT),
    severity: z.enum(SEVERITIES),
    labels: z.array(z.string().trim().min(1).max(40)).max(20),
    /** A name or an address; null: nobody. */
    assignee: z.string().trim().min(1).max(200).nullable(),
    /** `ignored` needs `ignore`, which says it alone as well. A person sets `ignored`, `resolved` and `new` only. */
    status: z.enum(CLUSTER_STATUSES),
    ignore: Ignore,
  })
  .partial()
  .refine((input) => Object.values(input).some((value) => value !== undefined), {
    message: "say what to change",
  })
  .refine(({ status, ignore }) => status !== "ignored" || ignore !== undefined, {
    message: "a reason is needed",
    path: ["ignore", "reason"],
  })
  .refine(({ status, ignore }) => !ignore || !status || status === "ignored", {
    message: "goes with the status ignored only",
    path: ["ignore"],
  });
export type ChangeClusterInput = z.output<typeof ChangeClusterInput>;

/** What a person may do to a status by hand. */
const BY_HAND: Partial<Record<ClusterStatus, ClusterEvent>> = {
  ignored: "ignored",
  resolved: "closed_by_person",
  new: "reopened",
};

/** A cluster's columns that a person changes, and that an undo puts back. */
type Columns = Partial<
  Pick<
    ClusterRow,
    | "title"
    | "titleEditedAt"
    | "summary"
    | "summaryEditedAt"
    | "severity"
    | "labels"
    | "assignee"
    | "status"
    | "ignoreReason"
    | "ignoreUntil"
    | "ignoreUntilCount"
  >
>;

/**
 * Changes what a cluster says of itself. The machine leaves words alone that a person wrote, and the cluster as a whole from
 * then on. Throws `illegal_transition` for a status that cannot be set by hand here.
 */
export async function changeCluster(
  deps: LedgerDeps,
  who: ProjectActor,
  clusterId: string,
  input: ChangeClusterInput,
): Promise<OperationView> {
  return operate(deps, who, "change", `cluster:${clusterId}`, async () => {
    const row = await findCluster(deps.db, who.projectId, clusterId);
    if (!row) throw notFound("cluster");
    if (row.mergedInto !== null) throw refused("This cluster was merged into another one.");
    return planned(deps, who, row, columnsOf(row, input, deps.clock()));
  });
}

/** Puts the columns back that a change wrote. Throws `conflict` when one of them was changed again since. */
export async function planUndoOfChange(
  deps: LedgerDeps,
  who: ProjectActor,
  { id, effect, undoneBy }: OperationRow,
): Promise<Planned> {
  if (undoneBy !== null) throw refused("This was undone already.");
  const { clusterId, ...after } = effect.after as Columns & { clusterId: string };
  const row = await findCluster(deps.db, who.projectId, clusterId);
  if (!row) throw notFound("cluster");
  if (row.mergedInto !== null) throw refused("The cluster was merged since: undo that first.");
  if (!same(after, pick(row, after))) {
    throw refused("The cluster was changed again since: undo that first.");
  }
  const plan = planned(deps, who, row, effect.before as Columns);
  return { ...plan, change: { ...plan.change, effect: { ...NO_EFFECT, undoes: id } } };
}

function planned(
  { db }: LedgerDeps,
  { projectId }: ProjectActor,
  row: ClusterRow,
  columns: Columns,
): Planned {
  return {
    change: {
      moves: [],
      links: [],
      touched: [row.id],
      revived: [],
      effect: {
        ...NO_EFFECT,
        before: pick(row, columns),
        after: { ...columns, clusterId: row.id },
      },
    },
    about: [row.id],
    more: (now) => [updateCluster(db, projectId, row.id, { ...columns, updatedAt: now })],
    detail: { changed: Object.keys(columns) },
  };
}

function columnsOf(row: ClusterRow, input: ChangeClusterInput, now: number): Columns {
  const { title, summary, severity, labels, assignee } = input;
  const status = input.ignore ? "ignored" : input.status;
  return {
    ...(title === undefined ? {} : { title, titleEditedAt: now }),
    ...(summary === undefined ? {} : { summary, summaryEditedAt: now }),
    ...(severity === undefined ? {} : { severity }),
    ...(labels === undefined ? {} : { labels: [...new Set(labels)] }),
    ...(assignee === undefined ? {} : { assignee }),
    ...(status === undefined ? {} : statusColumns(row, status, input.ignore, now)),
  };
}

function statusColumns(
  row: ClusterRow,
  status: ClusterStatus,
  ignore: ChangeClusterInput["ignore"],
  now: number,
): Columns {
  if (status === row.status && !ignore) return {};
  const event = BY_HAND[status];
  const next = event ? nextClusterStatus(row.status, event) : null;
  if (!next) {
    throw new DomainError(
      "illegal_transition",
      `A cluster that is ${row.status} cannot be set to ${status}.`,
    );
  }
  const until = ignore?.until === undefined ? null : Date.parse(ignore.until);
  if (until !== null && until <= now) {
    throw new DomainError("invalid_input", "ignore.until: is in the past", {
      faults: [{ path: "ignore.until", message: "is in the past" }],
    });
  }
  const more = ignore?.until_reports;
  return {
    status: next,
    ignoreReason: ignore?.reason ?? null,
    ignoreUntil: until,
    ignoreUntilCount: more === undefined ? null : row.itemCount + more,
  };
}

function pick(row: ClusterRow, like: Columns): Columns {
  const keys = Object.keys(like) as (keyof Columns)[];
  return Object.fromEntries(keys.map((key) => [key, row[key]]));
}

function same(one: Columns, other: Columns): boolean {
  const keys = Object.keys(one) as (keyof Columns)[];
  return keys.every((key) => JSON.stringify(one[key]) === JSON.stringify(other[key]));
}
