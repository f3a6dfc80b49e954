export type LogFields = Record<string, string | number | boolean | null | undefined>;

/** One JSON line per event, for Workers Logs. Never give it report text or a secret. */
export function logEvent(event: string, fields: LogFields = {}): void {
  console.log(JSON.stringify({ event, ...fields }));
}

/** The same for a surprise; the cause's stack goes to the log and nowhere else. */
export function logFailure(event: string, cause: unknown, fields: LogFields = {}): void {
  const detail =
    cause instanceof Error ? `${cause.stack ?? cause.message}${causeOf(cause)}` : String(cause);
  console.error(JSON.stringify({ event, ...fields, cause: detail.slice(0, 4000) }));
}

function causeOf(error: Error): string {
  return error.cause instanceof Error
    ? `\ncaused by ${error.cause.stack ?? error.cause.message}`
    : "";
}
