import type { ClusterStatus } from "../domain/cluster";
import type { LinkKind, OperationEffect, StatusChange } from "../domain/operation";

/** A report as the ledger's decisions see it. */
export type Member = { id: string; clusterId: string; duplicateOf: string | null };

/** `liveRun`: a fix is at work on it. */
export type Problem = {
  id: string;
  status: ClusterStatus;
  mergedInto: string | null;
  liveRun: boolean;
};

/** A part of a project: some clusters, and every report that is in one of them. */
export type Membership = {
  members: ReadonlyMap<string, Member>;
  problems: ReadonlyMap<string, Problem>;
};

/** A report that goes, or stays (`from` equals `to`) while something else about it changes. */
export type Move = { feedbackId: string; from: string; to: string };

/** Each on the left belongs together with, or apart from, each on the right. */
export type LinkSet = { kind: LinkKind; left: string[]; right: string[] };

/**
 * What an operation is going to do. Moves become ledger rows.
 *
 * - `touched`: clusters that are a person's from now on. `revived`: clusters that are not merged away any more.
 */
export type Change = {
  moves: Move[];
  links: LinkSet[];
  touched: string[];
  revived: string[];
  /** Words of operations that stand, widened to reports that come back to where those found them missing. */
  widened?: (LinkSet & { operationId: string })[];
  /** The other way round: reports that leave where those operations found them. */
  narrowed?: { operationId: string; feedbackIds: string[] }[];
  effect: OperationEffect;
};

export function membersOf({ members }: Membership, clusterId: string): Member[] {
  return [...members.values()].filter((member) => member.clusterId === clusterId);
}

/** The membership after a change. Pure: the record does the same in one batch. */
export function afterChange(before: Membership, change: Change): Membership {
  const members = new Map(before.members);
  const problems = new Map(before.problems);
  for (const id of change.effect.created) {
    problems.set(id, { id, status: "new", mergedInto: null, liveRun: false });
  }
  for (const { feedbackId, to } of change.moves) {
    members.set(feedbackId, { ...members.get(feedbackId)!, clusterId: to });
  }
  for (const { feedbackId, to } of change.effect.duplicates) {
    members.set(feedbackId, { ...members.get(feedbackId)!, duplicateOf: to });
  }
  for (const id of change.revived) problems.set(id, { ...problems.get(id)!, mergedInto: null });
  for (const { clusterId, into } of change.effect.merged) {
    problems.set(clusterId, { ...problems.get(clusterId)!, mergedInto: into });
  }
  for (const { clusterId, to } of change.effect.statuses as StatusChange[]) {
    problems.set(clusterId, { ...problems.get(clusterId)!, status: to });
  }
  return { members, problems };
}
