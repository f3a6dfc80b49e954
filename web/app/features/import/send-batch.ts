import { isPageProblem, type PageProblem } from "../../lib/problem";
import type { ImportItem } from "./mapping";

/** What became of each item of a batch, in its order. */
export type ItemResult = { status: "created" | "duplicate" | "refused"; reason: string | null };

export type Sent =
  | { ok: true; results: ItemResult[] }
  | { ok: false; problem: PageProblem; again: boolean; retryAfterMs: number | null };

/** A wait that a server asks for is never longer than this. */
const LONGEST_WAIT_MS = 5 * 60_000;
/** Worth another try without anybody doing anything. */
const PASSING = new Set([408, 429, 502, 503, 504]);

/**
 * Sends a batch to the dashboard, which hands it to the API. `key` is the same for each try, so that a batch whose answer got
 * lost is not counted twice. Never throws but when `signal` is aborted.
 */
export async function sendBatch(
  address: string,
  items: ImportItem[],
  key: string,
  signal: AbortSignal,
): Promise<Sent> {
  try {
    const reply = await fetch(address, {
      method: "POST",
      headers: { "content-type": "application/json", "idempotency-key": key },
      body: JSON.stringify({ items }),
      redirect: "manual",
      signal,
    });
    return await read(reply, items.length);
  } catch (error) {
    if (signal.aborted) throw error;
    return refusal(0, "No answer", "The dashboard cannot be reached.", true);
  }
}

async function read(reply: Response, count: number): Promise<Sent> {
  // A redirect leads to the sign-in page.
  if (reply.type === "opaqueredirect" || reply.status === 401) {
    const detail = "Sign in again in another tab, then go on here.";
    return refusal(401, "You are signed out", detail, false);
  }
  const body: unknown = await reply.json().catch(() => null);
  if (reply.ok && isResults(body, count)) return { ok: true, results: body.results };
  const again = reply.ok || PASSING.has(reply.status);
  const retryAfterMs = waitOf(reply.headers.get("retry-after"), Date.now());
  const told = isPageProblem(body) ? body : null;
  const refused = refusal(reply.status, "No answer", "The answer cannot be read.", again);
  return { ...refused, problem: told ?? refused.problem, retryAfterMs };
}

/** `Retry-After` (RFC 9110: seconds, or a date) in milliseconds from `now`, at most five minutes; null when it is neither. */
export function waitOf(header: string | null, now: number): number | null {
  if (header === null) return null;
  const wait = /^\d+$/.test(header.trim()) ? Number(header) * 1_000 : Date.parse(header) - now;
  return Number.isNaN(wait) ? null : Math.min(Math.max(wait, 0), LONGEST_WAIT_MS);
}

function refusal(status: number, title: string, detail: string, again: boolean) {
  const problem = { status, code: "no_answer", title, detail, requestId: null, errors: [] };
  return { ok: false as const, problem, again, retryAfterMs: null };
}

function isResults(value: unknown, count: number): value is { results: ItemResult[] } {
  if (typeof value !== "object" || value === null || !("results" in value)) return false;
  return Array.isArray(value.results) && value.results.length === count;
}
