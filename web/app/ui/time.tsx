import { createContext, useContext, useSyncExternalStore, type ReactNode } from "react";
import { exactTime, timeAgo } from "../lib/time";

const STEP_MS = 10_000;

const NowContext = createContext<number>(0);

/**
 * Gives all times below it one "now": the server's while the page comes alive (so that both draw the same), then the
 * browser's, in steps of ten seconds.
 */
export function NowProvider({ now, children }: { now: number; children: ReactNode }) {
  const current = useSyncExternalStore(everyStep, thisStep, () => now);
  return <NowContext.Provider value={current}>{children}</NowContext.Provider>;
}

/** The page's "now", in epoch milliseconds. */
export function useNow(): number {
  return useContext(NowContext);
}

/** A time as people say it, with the exact one under the pointer. */
export function Time({ at }: { at: string }) {
  const now = useNow();
  return (
    // The server's and the browser's word lists may differ by a release: either one is right.
    <time dateTime={at} title={exactTime(at)} suppressHydrationWarning>
      {timeAgo(at, now)}
    </time>
  );
}

function everyStep(changed: () => void): () => void {
  const timer = setInterval(changed, STEP_MS);
  return () => clearInterval(timer);
}

function thisStep(): number {
  return Math.floor(Date.now() / STEP_MS) * STEP_MS;
}
