import type { PageProblem } from "../../lib/problem";
import type { Batch, Refused } from "./batches";
import { UnreadableFile } from "./decode";
import type { ItemResult, Sent } from "./send-batch";

export type ImportState = {
  phase: "running" | "paused" | "done" | "cancelled" | "broken";
  bytesRead: number;
  created: number;
  duplicate: number;
  /** Of all refused lines; `refused` holds the first ten thousand. */
  refusedCount: number;
  refused: Refused[];
  /** Why it waits or stands still, if it does. */
  problem: PageProblem | null;
  /** Until when it waits before it tries again, in epoch milliseconds. */
  waitingUntil: number | null;
  /** Why the rest of the file could not be read. */
  broken: string | null;
};

export type ImportDeps = {
  batches: AsyncIterable<Batch>;
  /** Sends a batch; the number is the batch's own. */
  send: (batch: Batch, number: number, signal: AbortSignal) => Promise<Sent>;
  /** Resolves after that many milliseconds, or at once when the signal is aborted. */
  wait: (ms: number, signal: AbortSignal) => Promise<void>;
  now: () => number;
  changed: (state: ImportState) => void;
};

export type ImportRun = {
  pause: () => void;
  resume: () => void;
  cancel: () => void;
  /** Resolves when it is done, cancelled or broken. Never rejects for what a file or a server does. */
  ended: Promise<ImportState>;
};

const REFUSED_KEPT = 10_000;
const TRIES = 6;
const FIRST_WAIT_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/**
 * Sends the batches one after another. A passing failure is tried again, after the time that the server asks for or with growing
 * pauses; whatever does not pass pauses the import, and `resume` tries the same batch again. Nothing is left out.
 */
export function startImport(deps: ImportDeps): ImportRun {
  let state: ImportState = {
    phase: "running",
    bytesRead: 0,
    created: 0,
    duplicate: 0,
    refusedCount: 0,
    refused: [],
    problem: null,
    waitingUntil: null,
    broken: null,
  };
  const stop = new AbortController();
  let open: (() => void) | null = null;
  let gate = Promise.resolve();

  function change(part: Partial<ImportState>) {
    state = { ...state, ...part };
    deps.changed(state);
  }

  function pause(problem: PageProblem | null = null) {
    if (state.phase !== "running") return;
    gate = new Promise((resolve) => (open = resolve));
    change({ phase: "paused", problem, waitingUntil: null });
  }

  function resume() {
    if (state.phase !== "paused") return;
    change({ phase: "running", problem: null });
    open?.();
  }

  function cancel() {
    if (state.phase !== "running" && state.phase !== "paused") return;
    stop.abort();
    open?.();
  }

  /** Tries until the batch is answered; null when the import was cancelled. */
  async function deliver(batch: Batch, number: number): Promise<ItemResult[] | null> {
    for (let tries = 1; ; tries++) {
      await gate;
      if (stop.signal.aborted) return null;
      const sent = await deps.send(batch, number, stop.signal);
      if (sent.ok) return sent.results;
      if (!sent.again || tries >= TRIES) {
        pause(sent.problem);
        tries = 0;
        continue;
      }
      const growing = Math.min(FIRST_WAIT_MS * 2 ** (tries - 1), LONGEST_PAUSE_MS);
      const ms = sent.retryAfterMs ?? growing;
      if (state.phase === "running") {
        change({ problem: sent.problem, waitingUntil: deps.now() + ms });
      }
      await deps.wait(ms, stop.signal);
      if (state.phase === "running") change({ problem: null, waitingUntil: null });
    }
  }

  async function go(): Promise<ImportState> {
    let number = 0;
    try {
      for await (const batch of deps.batches) {
        await gate;
        if (stop.signal.aborted) break;
        const results = batch.items.length > 0 ? await deliver(batch, number++) : [];
        if (results === null) break;
        change(counted(state, batch, results));
      }
      change({ phase: stop.signal.aborted ? "cancelled" : "done", waitingUntil: null });
    } catch (error) {
      if (stop.signal.aborted) change({ phase: "cancelled", waitingUntil: null });
      else if (error instanceof UnreadableFile) change({ phase: "broken", broken: error.message });
      else throw error;
    }
    return state;
  }

  return { pause: () => pause(), resume, cancel, ended: go() };
}

/** The counts with a batch's results in them; refused lines stay in the order of the file. */
function counted(state: ImportState, batch: Batch, results: ItemResult[]): Partial<ImportState> {
  const refused = results.flatMap(({ status, reason }, at) =>
    status === "refused" ? [{ ...batch.places[at]!, reason: reason ?? "Refused." }] : [],
  );
  const all = [...batch.faults, ...refused].sort((a, b) => a.line - b.line);
  const room = Math.max(0, REFUSED_KEPT - state.refused.length);
  return {
    bytesRead: batch.bytesRead,
    created: state.created + results.filter(({ status }) => status === "created").length,
    duplicate: state.duplicate + results.filter(({ status }) => status === "duplicate").length,
    refusedCount: state.refusedCount + all.length,
    refused: all.length === 0 ? state.refused : [...state.refused, ...all.slice(0, room)],
  };
}
