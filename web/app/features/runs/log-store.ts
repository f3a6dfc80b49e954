import type { RunEventView } from "../../api.server";

export type Depth = RunEventView["level"];

/** How many lines of each depth are kept and, at most, drawn. */
export const KEPT_LINES = 2_000;

/**
 * What a page knows of a run's log. Each depth is kept apart, so that a flood of raw output never pushes out the stages.
 * `next` is the sequence number that comes next; `cut` counts lines that were let go.
 */
export type LogState = {
  next: number;
  ended: boolean;
  cut: number;
  kept: Record<Depth, RunEventView[]>;
};

type Page = { events: RunEventView[]; next_from: number; ended: boolean };

export function beginLog(page: Page): LogState {
  const empty: LogState = { next: 1, ended: false, cut: 0, kept: { 1: [], 2: [], 3: [] } };
  return takePage(empty, page);
}

/** Takes a page as the API gave it: what it skips is gone there too. */
export function takePage(state: LogState, page: Page): LogState {
  const taken = appendEvents(state, page.events, "skip").state;
  return { ...taken, next: Math.max(taken.next, page.next_from), ended: taken.ended || page.ended };
}

/**
 * Adds events in the order of their numbers. What is known already is left out. At a gap, `stop` takes nothing from there
 * on and says so, for the caller to ask again from `next`; `skip` goes on behind it.
 */
export function appendEvents(
  state: LogState,
  events: RunEventView[],
  atGap: "stop" | "skip",
): { state: LogState; gap: boolean } {
  const fresh: RunEventView[] = [];
  let next = state.next;
  let gap = false;
  for (const event of events) {
    if (event.seq < next) continue;
    gap = event.seq > next && atGap === "stop";
    if (gap) break;
    fresh.push(event);
    next = event.seq + 1;
  }
  if (fresh.length === 0) return { state, gap };
  const ended = state.ended || fresh.some(({ kind }) => kind === "end");
  return { state: keep({ ...state, next, ended }, fresh), gap };
}

/** The lines of a depth and all above it, oldest first, at most `KEPT_LINES` of them. */
export function linesOf(state: LogState, depth: Depth): RunEventView[] {
  const depths = ([1, 2, 3] as const).filter((one) => one <= depth);
  const all = depths.flatMap((one) => state.kept[one]).sort((a, b) => a.seq - b.seq);
  return all.slice(-KEPT_LINES);
}

function keep(state: LogState, fresh: RunEventView[]): LogState {
  const kept = { ...state.kept };
  let { cut } = state;
  for (const depth of [1, 2, 3] as const) {
    const added = fresh.filter(({ level }) => level === depth);
    if (added.length === 0) continue;
    const all = [...kept[depth], ...added];
    cut += Math.max(0, all.length - KEPT_LINES);
    kept[depth] = all.slice(-KEPT_LINES);
  }
  return { ...state, cut, kept };
}
