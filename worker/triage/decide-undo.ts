import { statusAfterUndo } from "../domain/cluster";
import type { DuplicateChange, OperationEffect, OperationKind } from "../domain/operation";
import { refused } from "./decide-change";
import { membersOf, type Change, type Membership, type Move } from "./membership";
import { PersonLinks } from "./person-links";

/** An operation as it was written down. `machine`: the brain decided it. */
export type Undoable = {
  id: string;
  kind: OperationKind;
  machine: boolean;
  moves: Move[];
  effect: OperationEffect;
  undone: boolean;
};

/**
 * `state`: the present, with every cluster that the operation or its reports are about. `laterTouched`: reports that a later
 * operation of a person, not undone, was about. `links`: what persons said in all other operations.
 */
export type UndoInput = {
  state: Membership;
  operation: Undoable;
  laterTouched: ReadonlySet<string>;
  links: PersonLinks;
  /** Operations of persons that came later, are not undone, and moved reports out of or into the clusters concerned. */
  later: readonly (Pick<Undoable, "id" | "moves"> & { revision: number })[];
  /** Where reports outside of `state` are of which `links` tell. */
  places: ReadonlyMap<string, string>;
};

/**
 * Puts back exactly what an operation moved, linked and changed; what came later of itself stays. Throws `conflict` when a
 * later decision rests on it. Undoing a merge of the machine is a person's word: what returns is kept apart from then on.
 */
export function decideUndo(input: UndoInput): Change {
  const { state, operation, links } = input;
  if (operation.undone) throw refused("This was undone already.");
  if (operation.kind === "undo") throw refused("An undo cannot be undone: do the thing again.");
  const moves = returning(input);
  const duplicates = operation.effect.duplicates.flatMap((one) => unlink(input, one));
  const back = new Map(moves.map((move) => [move.feedbackId, move.to]));
  const revived = operation.effect.merged.flatMap(({ clusterId, into }) =>
    state.problems.get(clusterId)?.mergedInto === into ? clusterId : [],
  );
  const parted = staysBehind(state, moves);
  keepsLaterWords(state, back, parted, links);
  keepsForest(state, back, duplicates);
  const statuses = operation.effect.statuses.flatMap((change) => {
    const now = state.problems.get(change.clusterId)?.status;
    if (!now || statusAfterUndo(now, change) === now) return [];
    return { clusterId: change.clusterId, from: now, to: statusAfterUndo(now, change) };
  });
  if (
    moves.length + duplicates.length + revived.length + statuses.length === 0 &&
    !operation.effect.grouping
  ) {
    throw refused("Nothing of this operation is left that could be undone.");
  }
  const change: Change = {
    moves: [...moves, ...inPlace(state, duplicates, back)],
    links: parting(operation, moves, parted),
    touched: [...new Set(moves.flatMap(({ from, to }) => [from, to]))],
    revived,
    widened: widened(input, moves),
    narrowed: narrowed(input, moves),
    effect: {
      merged: dissolved(state, operation, moves),
      created: [],
      duplicates,
      statuses,
      undoes: operation.id,
      ...(operation.machine && operation.kind !== "regroup" ? { undoesMachine: true } : {}),
    },
  };
  staysTrue(input, change, back);
  return change;
}

/**
 * Whatever the order of events was: nothing is undone that would leave a person's word broken. Also where no report has a
 * way back, since with the operation's own words gone older ones about the reports that it moved are the newest again.
 */
function staysTrue(
  { state, operation, links, later, places }: UndoInput,
  { narrowed = [], widened: wider = [] }: Change,
  back: ReadonlyMap<string, string>,
): void {
  const gone = new Set(
    narrowed.flatMap((one) => one.feedbackIds.map((id) => `${one.operationId} ${id}`)),
  );
  const kept = links.rows.filter(
    (row) => row.side !== 1 || !gone.has(`${row.operationId} ${row.feedbackId}`),
  );
  const revisions = new Map(later.map((one) => [one.id, one.revision]));
  const added = wider.flatMap(({ operationId, kind, left, right }) =>
    [left, right].flatMap((ids, side) =>
      ids.map((feedbackId) => ({
        operationId,
        kind,
        feedbackId,
        side,
        revision: revisions.get(operationId)!,
      })),
    ),
  );
  const byKey = new Map(
    [...added, ...kept].map((row) => [`${row.operationId} ${row.kind} ${row.feedbackId}`, row]),
  );
  const after = new PersonLinks(byKey.values());
  const placeOf = (id: string) =>
    back.get(id) ?? state.members.get(id)?.clusterId ?? places.get(id);
  const known = [...new Set([...byKey.values()].map((row) => row.feedbackId))];
  const concerned = operation.moves.map((move) => move.feedbackId);
  if (after.brokenBy(concerned, known, placeOf)) {
    throw refused("A later decision of a person rests on this: undo that first.");
  }
}

/** The way back of each report that is still there. */
function returning({ state, operation, laterTouched }: UndoInput): Move[] {
  return operation.moves.flatMap(({ feedbackId, from, to }) => {
    const member = state.members.get(feedbackId);
    if (!member || from === to || member.clusterId === from) return [];
    if (laterTouched.has(feedbackId) && member.clusterId !== to) {
      if (operation.machine) return [];
      throw refused("Somebody has moved one of the reports since: undo that first.");
    }
    const home = homeOf({ state, operation }, from);
    return home === member.clusterId ? [] : { feedbackId, from: member.clusterId, to: home };
  });
}

/**
 * Where the reports of a cluster belong: there, if it stands or the operation itself took its last report. What was merged away
 * since took along all that it had: without a regrouping, which is about many clusters at once, also what that moved.
 */
function homeOf(
  { state, operation }: Pick<UndoInput, "state" | "operation">,
  from: string,
): string {
  if (operation.effect.merged.some((one) => one.clusterId === from)) return from;
  const home = state.problems.get(from);
  if (home?.mergedInto === null) return from;
  if (!home || operation.kind !== "regroup") {
    throw refused("The cluster that it came from was merged since: undo that first.");
  }
  const seen = new Set<string>();
  let at = home;
  while (at.mergedInto !== null && !seen.has(at.id)) {
    seen.add(at.id);
    at = state.problems.get(at.mergedInto) ?? { ...at, mergedInto: null };
  }
  return at.id;
}

function unlink(
  { state, laterTouched }: UndoInput,
  { feedbackId, from, to }: DuplicateChange,
): DuplicateChange[] {
  const member = state.members.get(feedbackId);
  if (!member || member.duplicateOf === from) return [];
  if (member.duplicateOf !== to) {
    // The root was deleted, or a person said something else later.
    if (!laterTouched.has(feedbackId) && from === null) return [];
    throw refused("Its duplicates were changed since: undo that first.");
  }
  return [{ feedbackId, from: to, to: from }];
}

/** Of each cluster that reports leave: who stays. */
function staysBehind(state: Membership, moves: readonly Move[]): string[] {
  const going = new Set(moves.map((move) => move.feedbackId));
  const left = new Set(moves.map((move) => move.from));
  return [...state.members.values()].flatMap(({ id, clusterId }) =>
    left.has(clusterId) && !going.has(id) ? id : [],
  );
}

/** What persons said in other operations must hold afterwards as well. */
function keepsLaterWords(
  state: Membership,
  back: ReadonlyMap<string, string>,
  parted: readonly string[],
  links: PersonLinks,
): void {
  const rests = "A later decision of a person rests on this: undo that first.";
  if (links.find(back.keys(), parted, "must")) throw refused(rests);
  for (const home of new Set(back.values())) {
    const come = [...back].flatMap(([id, to]) => (to === home ? id : []));
    const there = membersOf(state, home).flatMap(({ id }) => (back.has(id) ? [] : id));
    if (links.find(come, there, "cannot")) throw refused(rests);
  }
}

/** Links between duplicates lead to roots, and both are in one cluster, afterwards as well. */
function keepsForest(
  state: Membership,
  back: ReadonlyMap<string, string>,
  duplicates: readonly DuplicateChange[],
): void {
  const roots = new Map(duplicates.map((one) => [one.feedbackId, one.to]));
  const rootOf = (id: string) =>
    roots.has(id) ? roots.get(id)! : (state.members.get(id)?.duplicateOf ?? null);
  const placeOf = (id: string) => back.get(id) ?? state.members.get(id)?.clusterId;
  const changed = new Set([...roots.keys(), ...back.keys()]);
  for (const { id } of state.members.values()) {
    const root = rootOf(id);
    if (root === null || !(changed.has(id) || changed.has(root))) continue;
    if (!state.members.has(root) || rootOf(root) !== null || placeOf(root) !== placeOf(id)) {
      throw refused("Duplicates were marked since that rest on this: undo that first.");
    }
  }
}

/** Ledger rows for reports that only lose or get their root. */
function inPlace(
  state: Membership,
  duplicates: readonly DuplicateChange[],
  back: ReadonlyMap<string, string>,
): Move[] {
  return duplicates.flatMap(({ feedbackId }) => {
    if (back.has(feedbackId)) return [];
    const { clusterId } = state.members.get(feedbackId)!;
    return { feedbackId, from: clusterId, to: clusterId };
  });
}

/** Undoing a `regroup` says no word about pairs: it takes settings back, not one join. */
function parting(
  { machine, kind }: Undoable,
  moves: readonly Move[],
  parted: string[],
): Change["links"] {
  if (!machine || kind === "regroup" || moves.length === 0 || parted.length === 0) return [];
  return [{ kind: "cannot", left: moves.map((move) => move.feedbackId), right: parted }];
}

/**
 * A report that comes home would have been there when later operations took others out or brought others in: what those
 * said of the ones they found, they say of it as well. So the words are as if the operation had never been.
 */
function widened({ later }: UndoInput, moves: readonly Move[]): NonNullable<Change["widened"]> {
  const homes = [...new Set(moves.map((move) => move.to))];
  return homes.flatMap((home) => {
    const right = moves.flatMap((move) => (move.to === home ? move.feedbackId : []));
    return later.flatMap(({ id: operationId, moves: theirs }) => {
      const went = theirs.flatMap((one) =>
        one.from === home && one.to !== home ? one.feedbackId : [],
      );
      const came = theirs.flatMap((one) =>
        one.to === home && one.from !== home ? one.feedbackId : [],
      );
      return [
        { operationId, kind: "cannot" as const, left: went, right },
        { operationId, kind: "must" as const, left: came, right },
      ].filter((set) => set.left.length > 0);
    });
  });
}

/** And where it would not have been, later operations did not find it. */
function narrowed({ later }: UndoInput, moves: readonly Move[]): NonNullable<Change["narrowed"]> {
  return later.flatMap(({ id: operationId, moves: theirs }) => {
    const about = new Set(theirs.flatMap(({ from, to }) => (from === to ? [] : [from, to])));
    const feedbackIds = moves.flatMap((move) => (about.has(move.from) ? move.feedbackId : []));
    return feedbackIds.length === 0 ? [] : [{ operationId, feedbackIds }];
  });
}

/** A cluster that the operation made, and that has nothing left, leads to where its reports went. */
function dissolved(
  state: Membership,
  { effect }: Undoable,
  moves: readonly Move[],
): { clusterId: string; into: string }[] {
  const going = new Set(moves.map((move) => move.feedbackId));
  return effect.created.flatMap((clusterId) => {
    const problem = state.problems.get(clusterId);
    const left = membersOf(state, clusterId).filter(({ id }) => !going.has(id));
    const comes = moves.some((move) => move.to === clusterId);
    const into = (moves.find((move) => move.from === clusterId) ?? moves[0])?.to;
    if (!problem || problem.mergedInto !== null || left.length > 0 || comes || !into) return [];
    if (problem.liveRun) throw refused("A fix is at work on the cluster that this made.");
    return { clusterId, into };
  });
}
