import { secondsToWait } from "../../kit/foreign-fetch";
import { readStream } from "../../kit/read-stream";
import type { Upstream } from "./upstream";

/** Why a service gave no answer. `status` is null when it did not speak; `today` when nothing will help before tomorrow. */
export type Refusal = {
  status: number | null;
  retryAfterSeconds: number | undefined;
  today: boolean;
};

export type Sent = { kind: "answer"; response: Response } | { kind: "refusal"; refusal: Refusal };

const TRIES = 4;
const FIRST_PAUSE_MS = 250;
/** A service that has not even begun to answer by then does not answer. */
const SILENCE_MS = 180_000;
const REFUSAL_LIMIT = 64 * 1024;

/**
 * Asks a model's service, up to four times while it is busy or out of order, waiting as long as it names (`Retry-After`, or
 * `RetryInfo.retryDelay` in Google's body) but never longer than `patienceMs` in all. What another try would not change (a wrong
 * key, a bad request, a quota of the day) is answered at once.
 */
export async function sendUpstream(upstream: Upstream, patienceMs: number): Promise<Sent> {
  let left = patienceMs;
  for (let tried = 1; ; tried++) {
    const sent = await sendOnce(upstream);
    if (sent.kind === "answer" || !isPassing(sent.refusal) || tried === TRIES) return sent;
    const named = sent.refusal.retryAfterSeconds;
    const pause = named === undefined ? FIRST_PAUSE_MS * 2 ** (tried - 1) : named * 1_000;
    if (pause > left) return sent;
    left -= pause;
    // A little more than was asked, and never the same for two callers, so that they do not come back together.
    await new Promise((resolve) => setTimeout(resolve, pause * (1 + Math.random() / 10)));
  }
}

/** Whether trying again later may help. */
export function isPassing({ status, today }: Refusal): boolean {
  return !today && (status === null || status === 408 || status === 429 || status >= 500);
}

async function sendOnce(upstream: Upstream): Promise<Sent> {
  let response: Response;
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), SILENCE_MS);
  try {
    response = await fetch(upstream.url, {
      method: "POST",
      headers: { "content-type": "application/json", ...upstream.headers },
      body: upstream.body,
      // The key goes to the configured host only, not to wherever that host points.
      redirect: "manual",
      signal: patience.signal,
    });
  } catch {
    return {
      kind: "refusal",
      refusal: { status: null, retryAfterSeconds: undefined, today: false },
    };
  } finally {
    // Only until the answer begins: a long one may take its time.
    clearTimeout(timer);
  }
  if (response.ok) return { kind: "answer", response };
  const text = await readText(response);
  return { kind: "refusal", refusal: refusalOf(response.status, response.headers, text) };
}

/** What a refusal says about time. Google's `google.rpc.RetryInfo` is in the body, and so is the name of the quota. */
export function refusalOf(status: number, headers: Headers, body: string): Refusal {
  const delay = /"retryDelay"\s*:\s*"(\d+(?:\.\d+)?)s"/.exec(body)?.[1];
  const today = status === 429 && OF_THE_DAY.test(body);
  return {
    status,
    retryAfterSeconds: delay === undefined ? secondsToWait(headers) : Math.ceil(Number(delay)),
    today,
  };
}

/** How services name a quota that only tomorrow, or money, gives back: Google's quota ids, OpenAI's codes, and what others write. */
const OF_THE_DAY =
  /PerDay|per[-_ ]day|daily[-_ ](?:limit|quota)|insufficient_quota|\((?:RPD|TPD)\)/i;

async function readText(response: Response): Promise<string> {
  try {
    const bytes = response.body ? await readStream(response.body, REFUSAL_LIMIT) : null;
    return bytes ? new TextDecoder().decode(bytes) : "";
  } catch {
    return "";
  }
}
