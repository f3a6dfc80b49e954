/** The closed set of ways in which an outside service fails us (DESIGN.md §3, "Adapters"). */
export const FOREIGN_ERROR_KINDS = [
  "rate_limited",
  "unauthorized",
  "not_found",
  "invalid_reply",
  "unavailable",
] as const;
export type ForeignErrorKind = (typeof FOREIGN_ERROR_KINDS)[number];

/**
 * What every adapter throws when an outside service fails. The message is for the log, never for a user, and carries no
 * key. `retryAfterSeconds` is set only when the service itself named a time.
 */
export class ForeignError extends Error {
  override readonly name = "ForeignError";
  readonly retryAfterSeconds: number | undefined;
  /** The HTTP status, where there was one. */
  readonly status: number | undefined;

  constructor(
    readonly kind: ForeignErrorKind,
    message: string,
    extra: { retryAfterSeconds?: number | undefined; status?: number; cause?: unknown } = {},
  ) {
    super(message, { cause: extra.cause });
    this.retryAfterSeconds = extra.retryAfterSeconds;
    this.status = extra.status;
  }
}

/** The kind that an HTTP status of a foreign service means. Anything that is not ours to explain is `unavailable`. */
export function foreignKindOfStatus(status: number): ForeignErrorKind {
  if (status === 429) return "rate_limited";
  if (status === 401 || status === 403) return "unauthorized";
  if (status === 404 || status === 410) return "not_found";
  if (status >= 400 && status < 500 && status !== 408) return "invalid_reply";
  return "unavailable";
}
