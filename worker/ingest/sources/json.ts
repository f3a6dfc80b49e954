import type { z } from "zod";
import { DomainError, type Fault } from "../../domain/errors";
import { cleanText } from "../../domain/feedback";

/** Bounds on a foreign document. What lies deeper, or after the last counted value, is left out. */
const DEPTH_LIMIT = 40;
const VALUES_LIMIT = 100_000;
const KEY_LIMIT = 200;

/**
 * Parses a body as JSON and rebuilds it within bounds: at most 40 levels and 100,000 values, and without `__proto__`
 * keys; all its texts are cleaned (`cleanText`). Bytes that are no UTF-8 are replaced. Throws `malformed_body` when it is no JSON.
 */
export function parseJsonBody(body: Uint8Array): unknown {
  return parseJsonText(new TextDecoder().decode(body));
}

/** As `parseJsonBody`, from text. */
export function parseJsonText(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw malformed("", text.trim() ? "This is no JSON." : "The body is empty.");
  }
  return boundJson(value);
}

/** A copy within the bounds above. Takes any value made of plain data. */
export function boundJson(value: unknown): unknown {
  let left = VALUES_LIMIT;
  return copy(value, DEPTH_LIMIT);

  function copy(part: unknown, depth: number): unknown {
    if (typeof part === "string") return cleanText(part, Number.POSITIVE_INFINITY);
    if (typeof part !== "object" || part === null) return part;
    if (depth === 0) return null;
    if (Array.isArray(part)) {
      const list: unknown[] = [];
      for (const entry of part) {
        if (left-- <= 0) break;
        list.push(copy(entry, depth - 1));
      }
      return list;
    }
    const record: Record<string, unknown> = {};
    for (const key of Object.keys(part)) {
      if (cleanText(key, KEY_LIMIT) === "__proto__") continue;
      if (left-- <= 0) break;
      record[cleanText(key, KEY_LIMIT)] = copy((part as Record<string, unknown>)[key], depth - 1);
    }
    return record;
  }
}

/** Parses with a schema; throws `malformed_body` with every fault's dotted path. */
export function parseShape<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const faults = faultsOf(parsed.error);
  const first = faults[0];
  throw new DomainError("malformed_body", first ? describe(first) : "The body has a wrong shape.", {
    faults,
  });
}

/** A schema's refusals as faults, at most twenty. */
export function faultsOf(error: z.ZodError): Fault[] {
  return error.issues
    .slice(0, 20)
    .map((issue) => ({ path: issue.path.map(String).join("."), message: issue.message }));
}

/** The coded error for a body that cannot be read, with the path of its fault (empty: the whole). */
export function malformed(path: string, message: string): DomainError {
  const fault = { path, message };
  return new DomainError("malformed_body", describe(fault), { faults: [fault] });
}

function describe(fault: Fault): string {
  return fault.path ? `${fault.path}: ${fault.message}` : fault.message;
}
