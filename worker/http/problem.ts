import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import { DomainError, type ErrorCode, type Fault } from "../domain/errors";
import { ForeignError } from "../kit/foreign-error";
import { logFailure } from "../kit/log";
import { isDatabaseAway } from "../store/db";
import type { AppEnv } from "./app-env";

type Meaning = {
  status: 400 | 401 | 402 | 403 | 404 | 405 | 409 | 413 | 415 | 422 | 429 | 500 | 502 | 503;
  title: string;
};

/** Status and title of each error code: total, so that a new code does not compile without its meaning. */
export const PROBLEMS: Record<ErrorCode, Meaning> = {
  invalid_input: { status: 400, title: "The request is not valid" },
  malformed_body: { status: 400, title: "The body cannot be read" },
  body_too_large: { status: 413, title: "The body is too large" },
  unsupported_media_type: { status: 415, title: "This content type is not accepted" },
  unauthenticated: { status: 401, title: "Sign in or send a token" },
  forbidden: { status: 403, title: "Your role does not allow this" },
  bad_origin: { status: 403, title: "The request came from another site" },
  bad_signature: { status: 401, title: "The signature does not match" },
  not_found: { status: 404, title: "Not found" },
  method_not_allowed: { status: 405, title: "This method is not allowed here" },
  conflict: { status: 409, title: "The request conflicts with the present state" },
  illegal_transition: { status: 409, title: "That cannot happen in the present status" },
  ambiguous_source: { status: 409, title: "More than one source could be meant" },
  idempotency_conflict: { status: 409, title: "The Idempotency-Key is taken" },
  stale_version: { status: 409, title: "Somebody else changed this first" },
  runner_unavailable: { status: 422, title: "This runner is not set up" },
  repository_missing: { status: 422, title: "The project has no usable repository" },
  budget_exceeded: { status: 402, title: "The budget is used up" },
  rate_limited: { status: 429, title: "Too many requests" },
  misconfigured: { status: 500, title: "The installation is not set up correctly" },
  upstream_failed: { status: 502, title: "A service that we depend on failed" },
  unavailable: { status: 503, title: "Not available right now" },
  internal: { status: 500, title: "Something went wrong" },
};

/** RFC 9457 body. `detail` of a 5xx is a fixed text: its cause is in the log under the same request id. */
export type Problem = {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: ErrorCode;
  requestId: string;
  errors?: Fault[];
};

const HIDDEN = "The cause is in the log under this request id.";

/** Any error as a problem; called by the app's `onError` only. */
export function problemResponse(c: Context<AppEnv>, error: unknown): Response {
  const known = toDomainError(error);
  const { status, title } = PROBLEMS[known.code];
  const requestId = c.var.requestId ?? "unknown";
  if (status >= 500) logFailure("request_failed", error, { requestId, path: c.req.path });
  const shown = status < 500 || known.code === "unavailable";
  const problem: Problem = {
    type: `https://soulcaster.dev/problems/${known.code}`,
    title,
    status,
    detail: shown ? known.detail : HIDDEN,
    code: known.code,
    requestId,
    ...(known.extra.faults ? { errors: known.extra.faults } : {}),
  };
  const headers: Record<string, string> = { "content-type": "application/problem+json" };
  if (known.extra.retryAfterSeconds !== undefined) {
    headers["retry-after"] = String(known.extra.retryAfterSeconds);
  }
  if (status === 401) headers["www-authenticate"] = 'Bearer realm="soulcaster"';
  return c.body(JSON.stringify(problem), status, headers);
}

function toDomainError(error: unknown): DomainError {
  if (error instanceof DomainError) return error;
  if (error instanceof HTTPException && error.status === 413) {
    return new DomainError("body_too_large", "The body is larger than this route accepts.");
  }
  if (error instanceof ForeignError) {
    const { retryAfterSeconds } = error;
    return error.kind === "rate_limited"
      ? new DomainError("unavailable", "A service that we depend on asked us to wait.", {
          retryAfterSeconds,
          cause: error,
        })
      : new DomainError("upstream_failed", HIDDEN, { cause: error });
  }
  if (isDatabaseAway(error)) {
    return new DomainError("unavailable", "The database does not answer. Try again.", {
      retryAfterSeconds: 5,
      cause: error,
    });
  }
  return new DomainError("internal", HIDDEN, { cause: error });
}
