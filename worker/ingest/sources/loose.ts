/**
 * Readers of foreign data whose fields are of one type today and of another tomorrow. Each answers what it could read,
 * or nothing; none throws.
 */
export type Loose = Record<string, unknown>;

/** The value as an object, or an empty one. */
export function recordOf(value: unknown): Loose {
  return isRecord(value) ? value : {};
}

export function isRecord(value: unknown): value is Loose {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Text with something in it; numbers and truth values are written out. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === "string") return value.trim() ? value : undefined;
  if (typeof value === "number" && Number.isFinite(value)) return String(value);
  return typeof value === "boolean" ? String(value) : undefined;
}

/** The first of the values that is a text with something in it. */
export function firstText(...values: unknown[]): string | undefined {
  for (const value of values) {
    const text = textOf(value);
    if (text !== undefined) return text;
  }
  return undefined;
}

/** A whole number of at least zero, also when written as text; null otherwise. */
export function countOf(value: unknown): number | null {
  const number = typeof value === "string" && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isSafeInteger(number) && number >= 0 ? number : null;
}

/** An http(s) address as it was written; anything else (`javascript:` above all) is nothing. */
export function httpUrl(value: unknown): string | undefined {
  if (typeof value !== "string" || value.length > 2_000 || !/^https?:\/\//i.test(value))
    return undefined;
  return URL.canParse(value) ? value : undefined;
}

/** The first moment that a report can carry; earlier ones are noise (0, 1970). */
const EARLIEST = Date.UTC(2000, 0, 1);
/** Clocks of senders may run ahead by this much, in milliseconds. */
const SKEW = 5 * 60_000;

/**
 * The first readable moment among the values, in epoch milliseconds: ISO 8601 text, or a number (or its text) of seconds
 * or milliseconds since 1970. Moments before 2000 or more than five minutes after `now` do not count; with none, `now`.
 */
export function momentOf(now: number, ...values: unknown[]): number {
  for (const value of values) {
    const moment = readMoment(value);
    if (moment >= EARLIEST && moment <= now + SKEW) return moment;
  }
  return now;
}

function readMoment(value: unknown): number {
  if (typeof value === "string" && !/^\d+(?:\.\d+)?$/.test(value)) {
    if (value.length > 40) return Number.NaN;
    // A time without a zone is meant as UTC.
    const zoned = /[tT ]\d\d:\d\d/.test(value) && !/(?:[zZ]|[+-]\d\d:?\d\d)$/.test(value);
    return Date.parse(zoned ? `${value.replace(" ", "T")}Z` : value);
  }
  const number = Number(textOf(value) ?? Number.NaN);
  return Math.round(number > 100_000_000_000 ? number : number * 1000);
}

/** The fields of a record that nobody named, as long as their JSON stays within `limit` units in all. */
export function restOf(
  record: Loose,
  known: ReadonlySet<string>,
  limit: number,
): Loose | undefined {
  const rest: Loose = {};
  let left = limit;
  for (const [key, value] of Object.entries(record)) {
    if (known.has(key) || value === null || value === undefined || key.length > 200) continue;
    const size = key.length + (JSON.stringify(value)?.length ?? 0);
    if (size > left) continue;
    left -= size;
    rest[key] = value;
  }
  return Object.keys(rest).length > 0 ? rest : undefined;
}

/** The record without the fields that are undefined, so that stored JSON is the same as the value in memory. */
export function definedOnly<T extends Loose>(record: T): T {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as T;
}
