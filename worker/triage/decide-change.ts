import { nextClusterStatus } from "../domain/cluster";
import { DomainError } from "../domain/errors";
import type { DuplicateChange, StatusChange } from "../domain/operation";
import { membersOf, type Change, type Member, type Membership, type Problem } from "./membership";

/** A whole cluster goes into another one. Throws `conflict` where that makes no sense, saying why. */
export function decideMerge(state: Membership, from: string, into: string): Change {
  if (from === into) throw refused("A cluster cannot be merged into itself.");
  for (const id of [from, into]) {
    if (standing(state, id).liveRun) {
      throw refused("A fix is at work on one of the two clusters: wait for its end, or cancel it.");
    }
  }
  const all = membersOf(state, from).map((member) => member.id);
  return relocate(state, from, new Set(all), into);
}

/** Some of a cluster's reports, and what is marked as their duplicates, become a cluster of their own (`newId`). */
export function decideSplit(
  state: Membership,
  from: string,
  ids: readonly string[],
  newId: string,
): Change {
  standing(state, from);
  const going = withDuplicates(state, from, ids);
  if (going.size === membersOf(state, from).length) {
    throw refused("These are all reports of the cluster: there would be nothing to split from.");
  }
  const change = relocate(withNew(state, newId), from, going, newId);
  return { ...change, effect: { ...change.effect, created: [newId] } };
}

/** Some of a cluster's reports go to another cluster. */
export function decideMove(
  state: Membership,
  from: string,
  ids: readonly string[],
  to: string,
): Change {
  standing(state, from);
  standing(state, to);
  if (from === to) throw refused("The report is in this cluster already.");
  return relocate(state, from, withDuplicates(state, from, ids), to);
}

/** A report leaves its cluster for one of its own, from which the brain places it anew, but never with those it left. */
export function decideRemove(state: Membership, id: string, newId: string): Change {
  const from = state.members.get(id)!.clusterId;
  const change = decideSplit(state, from, [id], newId);
  return { ...change, touched: [from] };
}

/**
 * A report, and what is marked as its duplicates, become duplicates of the root of another, in whose cluster they are from
 * then on. Links lead to roots only, so there is never a circle and never a chain.
 */
export function decideDuplicate(state: Membership, id: string, of: string): Change {
  const report = state.members.get(id)!;
  const named = state.members.get(of)!;
  const root = named.duplicateOf ?? named.id;
  if (root === id) throw refused("That one is a duplicate of this report, or the report itself.");
  if (report.duplicateOf === root)
    throw refused("It is marked as this report's duplicate already.");
  const to = state.members.get(root)!.clusterId;
  standing(state, report.clusterId);
  standing(state, to);
  const going = withDuplicates(state, report.clusterId, [id]);
  const duplicates: DuplicateChange[] = [...going].map((one) => ({
    feedbackId: one,
    from: state.members.get(one)!.duplicateOf,
    to: root,
  }));
  const change =
    to === report.clusterId
      ? staying(going, to, root)
      : relocate(state, report.clusterId, going, to);
  return { ...change, effect: { ...change.effect, duplicates } };
}

function staying(ids: ReadonlySet<string>, clusterId: string, root: string): Change {
  const left = [...ids];
  return {
    moves: left.map((feedbackId) => ({ feedbackId, from: clusterId, to: clusterId })),
    links: [{ kind: "must", left, right: [root] }],
    touched: [clusterId],
    revived: [],
    effect: { merged: [], created: [], duplicates: [], statuses: [] },
  };
}

function relocate(state: Membership, from: string, going: ReadonlySet<string>, to: string): Change {
  const moving = [...going];
  const left = membersOf(state, from).flatMap(({ id }) => (going.has(id) ? [] : id));
  const residents = membersOf(state, to).map((member) => member.id);
  if (left.length === 0 && state.problems.get(from)!.liveRun) {
    throw refused("A fix is at work on the cluster that would lose its last report.");
  }
  return {
    moves: moving.map((feedbackId) => ({ feedbackId, from, to })),
    links: [
      { kind: "cannot" as const, left: moving, right: left },
      { kind: "must" as const, left: moving, right: residents },
    ].filter((set) => set.left.length > 0 && set.right.length > 0),
    touched: [from, to],
    revived: [],
    effect: {
      merged: left.length === 0 ? [{ clusterId: from, into: to }] : [],
      created: [],
      duplicates: partings(state, going),
      statuses: moving.length > 0 ? comeBack(state.problems.get(to)!) : [],
    },
  };
}

/** Duplicates that go without their root are none any more. */
function partings(state: Membership, going: ReadonlySet<string>): DuplicateChange[] {
  return [...going].flatMap((feedbackId) => {
    const { duplicateOf } = state.members.get(feedbackId)!;
    if (duplicateOf === null || going.has(duplicateOf)) return [];
    return { feedbackId, from: duplicateOf, to: null };
  });
}

/** A report on a closed problem reopens it, whoever put it there. */
function comeBack({ id, status }: Problem): StatusChange[] {
  const next = nextClusterStatus(status, "report_arrived");
  return next && next !== status ? [{ clusterId: id, from: status, to: next }] : [];
}

function withDuplicates(state: Membership, from: string, ids: readonly string[]): Set<string> {
  const chosen = new Set(ids);
  const strangers = ids.filter((id) => state.members.get(id)?.clusterId !== from);
  if (strangers.length > 0) {
    throw refused("Some of the reports are not in this cluster (any more): load the page again.");
  }
  const follows = (member: Member) => member.duplicateOf !== null && chosen.has(member.duplicateOf);
  return new Set([
    ...chosen,
    ...membersOf(state, from).flatMap((member) => (follows(member) ? member.id : [])),
  ]);
}

function withNew(state: Membership, id: string): Membership {
  const fresh: Problem = { id, status: "new", mergedInto: null, liveRun: false };
  return { ...state, problems: new Map([...state.problems, [id, fresh]]) };
}

/** A cluster that was not merged away. */
function standing(state: Membership, id: string): Problem {
  const problem = state.problems.get(id)!;
  if (problem.mergedInto !== null) throw refused("This cluster was merged into another one.");
  return problem;
}

export function refused(detail: string): DomainError {
  return new DomainError("conflict", detail);
}
