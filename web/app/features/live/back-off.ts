const FIRST_MS = 500;
const LONGEST_MS = 15_000;

/**
 * How long to wait before the next attempt, in milliseconds: doubling, at most 15 s, with up to half of it left to chance
 * so that many browsers do not come back at once. `chance` is from 0 to 1.
 */
export function backOffMs(failures: number, chance: number): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures, 10));
  return Math.round(full * (0.5 + chance / 2));
}
