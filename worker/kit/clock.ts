/** Now, in epoch milliseconds. A port, so that tests can stand still. */
export type Clock = () => number;

/** Epoch milliseconds as ISO 8601, or null. */
export function isoTime(at: number): string;
export function isoTime(at: number | null): string | null;
export function isoTime(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
