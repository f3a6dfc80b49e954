import type { GroupingSettings } from "../domain/grouping";
import { inTurns } from "../kit/turns";
import { derivedId } from "../domain/ids";
import type { ReplayResult } from "../domain/replay";
import { countLiveClusters, findClustersByIds } from "../store/clusters";
import { runBatch, type Db } from "../store/db";
import { listMembers, reportsSpan, type MemberRow } from "../store/placement";
import { listLinks } from "../store/operations";
import { assignSteps } from "./assign";
import type { AssignInput, AssignResult } from "./assignment";
import type { Embedder } from "./embedders/embedder";
import { WALK_LIMIT } from "./load-members";
import { loadProblem, type ClusterState } from "./load-problem";
import { recordProposals, wordsOfPersons } from "./machine-words";
import { KEPT_SIMILARITY, type Neighbourhood } from "./neighbourhood";
import { PersonLinks } from "./person-links";
import type { Replay, ReplayMove, ReplayTables } from "./replay-tables";
import { addScores, scoreWords } from "./score-words";
import { suggestSplits } from "./suggest-splits";
import { summariseMoves } from "./summarise-moves";
import { greyZone } from "./threshold";

export type ReplayDeps = {
  db: Db;
  clock(): number;
  projectId: string;
  grouping: GroupingSettings;
  embedder: Embedder;
  neighbourhood: Neighbourhood;
  tables: ReplayTables;
};

const SLICE_ITEMS = 100;
const MOST_LINKS = 200_000;
/** The most reports that one operation of the machine may move. */
export const MOST_MOVES = 20_000;

/**
 * One slice of a replay: the next reports, with everything that hangs together with them, are decided anew by `assign`, over stored
 * vectors and pairs, from where earlier slices would have put them. Nothing of it is written to the record. Answers whether
 * there is more. A slice that is done twice gives the same.
 */
export async function replaySlice(deps: ReplayDeps, replay: Replay): Promise<"more" | "done"> {
  const { db, projectId, tables } = deps;
  const batch = tables.unseen(replay.cursor, SLICE_ITEMS);
  if (batch.length === 0) return "done";
  const origins = new Map<string, string>();
  const find = (by: Parameters<typeof listMembers>[2]) => replayedMembers(deps, by, origins);
  const rows = await find({ ids: batch, fingerprints: [], clusterIds: [] });
  const placed = rows.filter((row) => row.clusterId !== null);
  const grouping = { ...deps.grouping, method: replay.method, threshold: replay.threshold };
  const problem = await loadProblem({ ...deps, grouping, settledFrom: Infinity }, placed, {
    members: find,
    clusters: (ids) => replayedClusters(deps, ids),
    spanMs: () => reportsSpan(db, projectId),
  });
  const words = await wordsOfPersons(db, projectId, problem.input.items, problem.input.clusters);
  const input = { ...problem.input, ...words };
  const result = await inTurns(assignSteps(input));
  const { moves, made } = await movesOf(replay, result, origins);
  const ids = [...problem.members.keys()];
  const score = await scoreSlice(deps, problem.input, tables.seenOf(ids));
  if (replay.kind === "recluster") {
    await propose(deps, input, moves);
    const frozen = input.clusters.flatMap((cluster) => (cluster.frozen ? cluster.id : []));
    await suggestSplits({ ...deps, grouping }, frozen);
  }
  const whole = problem.members.size < WALK_LIMIT;
  const seen = new Set([...batch, ...(whole ? ids : [])]);
  const next: Replay = {
    ...replay,
    cursor: batch.at(-1)!,
    slices: replay.slices + 1,
    score: addScores(replay.score, score),
    failures: 0,
  };
  tables.saveSlice(next, seen, moves, made);
  return "more";
}

/** What the replay found, once all slices are done. */
export async function replayResult(deps: ReplayDeps, replay: Replay): Promise<ReplayResult> {
  const { db, projectId, tables } = deps;
  const moves = tables.allMoves(MOST_MOVES + 1);
  const named = [...new Set(moves.flatMap(({ origin, target }) => [origin, target]))];
  const [rows, before] = await Promise.all([
    findClustersByIds(db, projectId, named),
    countLiveClusters(db, projectId),
  ]);
  const summary = summariseMoves(moves, new Map(rows.map((row) => [row.id, row.itemCount])));
  return {
    clusters_before: before,
    clusters_after: before + summary.created - summary.emptied,
    reports_moved: moves.length,
    merges: summary.merges,
    splits: summary.splits,
    human: replay.score,
    pairs_missing: greyZone(replay.threshold).low < KEPT_SIMILARITY - 1e-9,
    applied_by: null,
  };
}

/** Members as the record has them, but where the replay would have put them. `origins` keeps where they are. */
async function replayedMembers(
  { db, projectId, tables }: ReplayDeps,
  by: Parameters<typeof listMembers>[2],
  origins: Map<string, string>,
): Promise<MemberRow[]> {
  const here = tables.movesOf([], by.clusterIds).map((move) => move.feedbackId);
  const rows = await listMembers(db, projectId, { ...by, ids: [...by.ids, ...here] });
  const moved = new Map(
    tables
      .movesOf(
        rows.map((row) => row.id),
        [],
      )
      .map((move) => [move.feedbackId, move]),
  );
  return rows.map((row) => {
    if (row.clusterId !== null) origins.set(row.id, row.clusterId);
    const move = moved.get(row.id);
    // What was moved by others meanwhile is where they put it.
    return move && move.origin === row.clusterId ? { ...row, clusterId: move.target } : row;
  });
}

async function replayedClusters(
  { db, clock, projectId, tables }: ReplayDeps,
  ids: string[],
): Promise<ClusterState[]> {
  const rows = await findClustersByIds(db, projectId, ids);
  const made = [...tables.madeOf(ids)].map((id): ClusterState => ({
    id,
    status: "new",
    touchedAt: null,
    createdAt: clock(),
  }));
  return [...rows, ...made];
}

async function movesOf(
  replay: Replay,
  result: AssignResult,
  origins: ReadonlyMap<string, string>,
): Promise<{ moves: ReplayMove[]; made: string[] }> {
  const stamp = `${replay.id}:${replay.slices}`;
  const made = new Set<string>();
  const moves: ReplayMove[] = [];
  for (const { feedbackId, target, tier, reason, similarity, neighbours } of result.decisions) {
    const origin = origins.get(feedbackId);
    if (origin === undefined) continue;
    let to: string;
    if ("clusterId" in target) to = target.clusterId;
    else {
      to = await derivedId("cluster", stamp, target.seedItemId);
      made.add(to);
    }
    moves.push({ feedbackId, origin, target: to, why: { tier, reason, similarity, neighbours } });
  }
  return { moves, made: [...made] };
}

/** How the machine alone would decide what persons have decided: nothing is frozen, and nothing is said. */
async function scoreSlice(
  { db, projectId }: ReplayDeps,
  input: AssignInput,
  counted: ReadonlySet<string>,
) {
  const ids = input.items.map((item) => item.id);
  const rows = await listLinks(db, projectId, ids, MOST_LINKS);
  const links = new PersonLinks(rows);
  if (rows.length === 0) return scoreWords([], () => undefined, links, counted);
  const items = input.items.map((item) => ({ ...item, clusterId: null }));
  const free = { ...input, items, clusters: [], mustLink: [], cannotLink: [] };
  const alone = await inTurns(assignSteps(free));
  const groups = new Map(
    alone.decisions.flatMap(({ feedbackId, target }) =>
      "seedItemId" in target ? [[feedbackId, target.seedItemId] as const] : [],
    ),
  );
  return scoreWords(ids, (id) => groups.get(id), links, counted);
}

/** What only persons' clusters stand against is proposed; clusters that would be new have no proposals. */
async function propose(
  { db, clock, projectId }: ReplayDeps,
  input: AssignInput,
  moves: readonly ReplayMove[],
): Promise<void> {
  const there = new Map(input.items.map(({ id, clusterId }) => [id, clusterId]));
  for (const { feedbackId, target } of moves) there.set(feedbackId, target);
  const ids = [...new Set(there.values())].filter((id) => id !== null);
  const real = new Set((await findClustersByIds(db, projectId, ids)).map((row) => row.id));
  const places = new Map(
    [...there].flatMap(([id, at]) => (at !== null && real.has(at) ? [[id, at] as const] : [])),
  );
  const batch = { db, projectId, stamp: "", revision: 0, actor: "", now: clock() };
  await runBatch(db, await recordProposals(batch, input, places));
}
