import { ForeignError, foreignKindOfStatus } from "./foreign-error";

export type ForeignRequest = {
  /** Named in errors, for the log: `GitHub`. */
  service: string;
  url: string;
  method?: "GET" | "POST";
  headers?: Record<string, string>;
  body?: string;
  timeoutMs?: number;
  /** Largest reply in bytes; 8 MiB unless told. */
  limit?: number;
};

/** A reply with a JSON body. `json` is null where the status has no body (304). */
export type ForeignReply = { status: number; headers: Headers; json: unknown };

const TIMEOUT_MS = 15_000;
const LIMIT = 8 * 1024 * 1024;

/**
 * Asks an outside service for JSON, within bounds of time and size. Never follows a redirect: it could lead to any host.
 * Answers 2xx and 304; everything else is a `ForeignError`. A limit is `rate_limited` with the time that the service named
 * (`retry-after`, else `x-ratelimit-reset`, which is seconds from now or, with GitHub, a moment).
 */
export async function fetchForeign(request: ForeignRequest): Promise<ForeignReply> {
  const { service } = request;
  let response: Response;
  let text: string;
  try {
    response = await fetch(request.url, {
      method: request.method ?? "GET",
      headers: request.headers,
      body: request.body,
      redirect: "manual",
      signal: AbortSignal.timeout(request.timeoutMs ?? TIMEOUT_MS),
    });
    text = await readText(response, request.limit ?? LIMIT);
  } catch (cause) {
    if (cause instanceof ForeignError) throw cause;
    throw new ForeignError("unavailable", `${service} did not answer`, { cause });
  }
  const { status, headers } = response;
  if (status === 304) return { status, headers, json: null };
  if (status >= 300 && status < 400) {
    throw new ForeignError("not_found", `${service} answered ${status}: it moved`, { status });
  }
  if (!response.ok) throw failureOf(service, status, headers);
  try {
    return { status, headers, json: JSON.parse(text) as unknown };
  } catch (cause) {
    throw new ForeignError("invalid_reply", `${service} sent no JSON`, { cause });
  }
}

function failureOf(service: string, status: number, headers: Headers): ForeignError {
  const spent = headers.has("retry-after") || Number(headers.get("x-ratelimit-remaining") ?? 1) < 1;
  const kind = status === 403 && spent ? "rate_limited" : foreignKindOfStatus(status);
  return new ForeignError(kind, `${service} answered ${status}`, {
    status,
    retryAfterSeconds: kind === "rate_limited" ? secondsToWait(headers) : undefined,
  });
}

/** Moments are told apart from spans by their size. */
const SMALLEST_MOMENT = 1_000_000_000;

/** How long a service asks us to wait, in seconds; undefined when it says nothing that can be read. */
export function secondsToWait(headers: Headers): number | undefined {
  const after = headers.get("retry-after");
  const reset = headers.get("x-ratelimit-reset");
  const seconds = after === null ? Number(reset ?? Number.NaN) : secondsOf(after);
  if (!Number.isFinite(seconds)) return undefined;
  const span = seconds >= SMALLEST_MOMENT ? seconds - Date.now() / 1000 : seconds;
  return Math.max(1, Math.ceil(span));
}

/** `Retry-After` is a span or an HTTP date. */
function secondsOf(text: string): number {
  return /^\d+(?:\.\d+)?$/.test(text.trim()) ? Number(text) : Date.parse(text) / 1000;
}

async function readText(response: Response, limit: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  const reader = response.body?.getReader();
  for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) {
    size += read.value.byteLength;
    if (size > limit) {
      await reader?.cancel();
      throw new ForeignError("invalid_reply", `The reply is larger than ${limit} bytes`);
    }
    text += decoder.decode(read.value, { stream: true });
  }
  return text + decoder.decode();
}
