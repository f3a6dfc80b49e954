import { DomainError } from "../domain/errors";

/** Where a page ends: the sort value and the id of its last row. Opaque on the wire. */
export type Cursor = { at: number; id: string };

export type Page<T> = { items: T[]; next_cursor: string | null };

export function encodeCursor(cursor: Cursor): string {
  return btoa(`${cursor.at}.${cursor.id}`)
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

/** Reads a cursor from a query string. Throws `invalid_input` when it is not one of ours. */
export function decodeCursor(text: string | undefined): Cursor | null {
  if (!text) return null;
  const match = /^(\d{1,16})\.([0-9a-f-]{36})$/.exec(safeAtob(text));
  if (!match) {
    throw new DomainError("invalid_input", "The cursor is not one that this API gave.", {
      faults: [{ path: "cursor", message: "unknown cursor" }],
    });
  }
  return { at: Number(match[1]), id: match[2]! };
}

/** Turns `limit + 1` rows into a page. */
export function toPage<Row, Item>(
  rows: Row[],
  limit: number,
  cursorOf: (row: Row) => Cursor,
  toItem: (row: Row) => Item,
): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { items: shown.map(toItem), next_cursor: more ? encodeCursor(cursorOf(last)) : null };
}

function safeAtob(text: string): string {
  try {
    return atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  } catch {
    return "";
  }
}
