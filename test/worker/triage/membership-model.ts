import fc from "fast-check";
import { DomainError } from "../../../worker/domain/errors";
import {
  decideDuplicate,
  decideMerge,
  decideMove,
  decideRemove,
  decideSplit,
} from "../../../worker/triage/decide-change";
import { decideRegroup } from "../../../worker/triage/plan-regroup";
import { decideUndo, type Undoable } from "../../../worker/triage/decide-undo";
import { afterChange, type Change, type Membership } from "../../../worker/triage/membership";
import { PersonLinks, type LinkRow } from "../../../worker/triage/person-links";

/** One step of a random history. Numbers choose among what there is at that time. */
export type Step = {
  kind: "merge" | "split" | "move" | "remove" | "duplicate" | "undo" | "arrive" | "job" | "regroup";
  pick: number;
  other: number;
  some: number;
};

export const steps = (length: number) =>
  fc.array(
    fc.record<Step>({
      kind: fc.constantFrom(
        "merge",
        "split",
        "move",
        "remove",
        "duplicate",
        "duplicate",
        "undo",
        "undo",
        "arrive",
        "job",
        "regroup",
      ),
      pick: fc.nat(1e6),
      other: fc.nat(1e6),
      some: fc.nat(1e6),
    }),
    { minLength: length, maxLength: length },
  );

/** How far back an undo may reach: older ones rest on too much to be of interest. */
const RECENT = 12;

type Logged = Undoable & { change: Change; revision: number; before: Membership };
type Row = { feedbackId: string; clusterId: string; operationId: string | null; revision: number };

/**
 * The simplest world in which the decisions can live: maps in place of tables, a ledger that is a list, and a machine that
 * joins and parts clusters which no person has touched, in any way that persons' words allow.
 */
export class World {
  state: Membership = { members: new Map(), problems: new Map() };
  readonly ledger: Row[] = [];
  readonly log: Logged[] = [];
  readonly touched = new Set<string>();
  #revision = 0;
  #ids = 0;
  undone = 0;
  refused = 0;

  constructor(reports: number) {
    for (let i = 0; i < reports; i++) this.arrive();
  }

  /** A report that nothing is like, in a cluster of its own. */
  arrive(): void {
    const id = `r${this.#ids}`;
    const clusterId = `c${this.#ids++}`;
    const problems = new Map(this.state.problems);
    problems.set(clusterId, { id: clusterId, status: "new", mergedInto: null, liveRun: false });
    const members = new Map(this.state.members).set(id, { id, clusterId, duplicateOf: null });
    this.state = { members, problems };
    this.ledger.push({ feedbackId: id, clusterId, operationId: null, revision: ++this.#revision });
  }

  /** Does a step if it makes sense. A refusal must be a clear one, and must change nothing. */
  step(step: Step): void {
    if (step.kind === "arrive") return this.arrive();
    if (step.kind === "job") return this.job(step);
    if (step.kind === "regroup") return this.regroup(step);
    const before = this.state;
    try {
      if (step.kind === "undo") this.undo(this.log.at(-1 - (step.pick % RECENT)));
      else this.apply(step.kind, this.decide(step));
    } catch (error) {
      if (!(error instanceof DomainError) || error.code !== "conflict") throw error;
      this.refused++;
      if (this.state !== before) throw new Error("a refusal changed something", { cause: error });
    }
  }

  decide({ kind, pick, other, some }: Step): Change {
    const report = nth([...this.state.members.values()], pick);
    const to = nth([...this.state.problems.keys()], other);
    const mates = [...this.state.members.values()].filter(
      (one) => one.clusterId === report.clusterId && (one.id === report.id || hash(one.id, some)),
    );
    const ids = mates.map((one) => one.id);
    switch (kind) {
      case "merge":
        return decideMerge(this.state, report.clusterId, to);
      case "split":
        return decideSplit(this.state, report.clusterId, ids, `c${this.#ids++}`);
      case "move":
        return decideMove(this.state, report.clusterId, ids, to);
      case "remove":
        return decideRemove(this.state, report.id, `c${this.#ids++}`);
      default:
        return decideDuplicate(this.state, report.id, nth([...this.state.members.keys()], other));
    }
  }

  undo(operation: Logged | undefined): Change | null {
    if (!operation) return null;
    const ids = new Set([
      ...operation.moves.map((move) => move.feedbackId),
      ...operation.effect.duplicates.map((one) => one.feedbackId),
    ]);
    const change = decideUndo({
      state: this.state,
      operation,
      laterTouched: this.touchedAfter(ids, operation.revision),
      links: this.links(operation.id),
      later: this.log.filter((one) => one.revision > operation.revision && this.stands(one)),
      places: new Map(),
    });
    this.apply("undo", change);
    for (const { operationId, feedbackIds } of change.narrowed ?? []) {
      const gone = new Set(feedbackIds);
      for (const set of this.log.find((one) => one.id === operationId)!.change.links) {
        set.right = set.right.filter((id) => !gone.has(id));
      }
    }
    for (const { operationId, ...set } of change.widened ?? []) {
      this.log.find((one) => one.id === operationId)!.change.links.push(set);
    }
    operation.undone = true;
    this.undone++;
    return change;
  }

  stands(one: Logged): boolean {
    const byPerson = one.kind !== "undo" || one.effect.undoesMachine === true;
    return !one.undone && !one.machine && byPerson;
  }

  touchedAfter(ids: ReadonlySet<string>, revision: number): Set<string> {
    const standing = new Set(this.log.flatMap((one) => (this.stands(one) ? one.id : [])));
    return new Set(
      this.ledger.flatMap((row) =>
        row.revision > revision &&
        ids.has(row.feedbackId) &&
        row.operationId !== null &&
        standing.has(row.operationId)
          ? row.feedbackId
          : [],
      ),
    );
  }

  links(except?: string): PersonLinks {
    const rows: LinkRow[] = this.log.flatMap(({ id, revision, change, undone }) =>
      undone || id === except
        ? []
        : change.links.flatMap(({ kind, left, right }) =>
            [left, right].flatMap((ids, side) =>
              ids.map((feedbackId) => ({ operationId: id, revision, kind, feedbackId, side })),
            ),
          ),
    );
    const first = new Map(rows.map((row) => [keyOf(row), row] as const).reverse());
    return new PersonLinks(first.values());
  }

  apply(kind: Undoable["kind"], change: Change, machine = false): void {
    const id = `o${this.log.length}`;
    const revision = ++this.#revision;
    const before = this.state;
    this.state = afterChange(this.state, change);
    for (const { feedbackId, to } of change.moves) {
      this.ledger.push({ feedbackId, clusterId: to, operationId: id, revision });
    }
    for (const one of change.touched) this.touched.add(one);
    const { moves, effect } = change;
    this.log.push({
      id,
      kind,
      machine,
      moves,
      effect,
      undone: false,
      change,
      revision,
      before,
    });
  }

  /** The machine merges one untouched cluster into another, if no person's word is against it. */
  job({ pick, other }: Step): void {
    const free = [...this.state.problems.values()].filter(
      (one) => one.mergedInto === null && !this.touched.has(one.id),
    );
    if (free.length < 2) return;
    const [from, to] = [nth(free, pick).id, nth(free, other).id];
    const idsOf = (cluster: string) =>
      [...this.state.members.values()].flatMap((one) => (one.clusterId === cluster ? one.id : []));
    const [left, right] = [idsOf(from), idsOf(to)];
    if (from === to || this.links().find(left, right, "cannot")) return;
    if (left.length === 0 || right.length === 0) return;
    const moves = left.map((feedbackId) => ({ feedbackId, from, to }));
    const effect = {
      merged: [{ clusterId: from, into: to }],
      created: [],
      duplicates: [],
      statuses: [],
    };
    this.apply("merge", { moves, links: [], touched: [], revived: [], effect }, true);
  }

  /** The machine decides many clusters anew, in one operation: each report goes anywhere, if no person's word is against it. */
  regroup({ pick, other, some }: Step): void {
    const free = (id: string) => !this.touched.has(id);
    const links = this.links();
    const places = new Map([...this.state.members.values()].map((one) => [one.id, one.clusterId]));
    const made = [`c${this.#ids++}`, `c${this.#ids++}`];
    const homes = [...new Set([...places.values()].filter(free)), ...made];
    for (const [i, { id, clusterId, duplicateOf }] of [...this.state.members.values()].entries()) {
      const target = nth(homes, Math.floor(pick / (i + 1)) + other);
      if (!free(clusterId) || duplicateOf !== null || !hash(id, some)) continue;
      places.set(id, target);
      if (links.brokenBy([id], [...places.keys()], (one) => places.get(one))) {
        places.set(id, clusterId);
      }
    }
    const found = [...this.state.members.values()].flatMap(({ id, clusterId: origin }) => {
      const target = places.get(id)!;
      return target === origin ? [] : { feedbackId: id, origin, target };
    });
    const state = { ...this.state, problems: new Map(this.state.problems) };
    if (found.length > 0) this.apply("regroup", decideRegroup(state, found), true);
  }
}

/** The record's primary key: who is on one side of an operation stays there. */
function keyOf({ operationId, kind, feedbackId }: LinkRow): string {
  return `${operationId} ${kind} ${feedbackId}`;
}

export function nth<T>(list: readonly T[], at: number): T {
  return list[at % list.length]!;
}

function hash(id: string, seed: number): boolean {
  return (Number(id.slice(1)) * 2_654_435_761 + seed) % 3 === 0;
}
