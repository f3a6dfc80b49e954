/** Every way in which a request can fail that a caller may act on. `http/problem.ts` gives each its status and title. */
export type ErrorCode =
  | "invalid_input"
  | "malformed_body"
  | "body_too_large"
  | "unsupported_media_type"
  | "unauthenticated"
  | "forbidden"
  | "bad_origin"
  | "bad_signature"
  | "not_found"
  | "method_not_allowed"
  | "conflict"
  | "illegal_transition"
  | "ambiguous_source"
  | "idempotency_conflict"
  | "stale_version"
  | "runner_unavailable"
  | "repository_missing"
  | "budget_exceeded"
  | "rate_limited"
  | "misconfigured"
  | "upstream_failed"
  | "unavailable"
  | "internal";

/** One fault in an input: `path` is dotted (`items.3.title`), empty for the whole. */
export type Fault = { path: string; message: string };

/**
 * An expected failure with a stable code. `detail` is shown to the caller, so it never carries a secret or a cause;
 * `cause` is for the log only.
 */
export class DomainError extends Error {
  override readonly name = "DomainError";

  constructor(
    readonly code: ErrorCode,
    readonly detail: string,
    readonly extra: { faults?: Fault[]; retryAfterSeconds?: number; cause?: unknown } = {},
  ) {
    super(`${code}: ${detail}`, { cause: extra.cause });
  }
}

/** The project has no money left today: what was asked for is not a failure, and comes later or not at all. */
export function isBudgetSpent(error: unknown): boolean {
  return error instanceof DomainError && error.code === "budget_exceeded";
}

/** The usual answer for a thing that is absent, or belongs to another project: the two are not told apart. */
export function notFound(noun: string): DomainError {
  return new DomainError("not_found", `There is no such ${noun}.`);
}
