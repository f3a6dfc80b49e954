/** What a column can stand for. Of the first four there is at most one column each. */
export const ROLES = ["title", "body", "created_at", "external_id", "metadata", "none"] as const;
export type ColumnRole = (typeof ROLES)[number];

export const ROLE_NAMES: Record<ColumnRole, string> = {
  title: "Title",
  body: "Report",
  created_at: "Reported at",
  external_id: "Its own id",
  metadata: "Further detail",
  none: "Leave out",
};

export type Mapping = Record<string, ColumnRole>;

/** An item of `POST /projects/{id}/feedback`; the API judges its values. */
export type ImportItem = {
  title?: unknown;
  body?: unknown;
  created_at?: unknown;
  external_id?: unknown;
  metadata?: Record<string, unknown>;
};

/** Names that exports use, most telling first; compared without case, spaces and punctuation. */
const USUAL: Record<Exclude<ColumnRole, "metadata" | "none">, string[]> = {
  title: ["title", "subject", "summary", "headline"],
  body: [
    "body",
    "text",
    "description",
    "message",
    "content",
    "report",
    "feedback",
    "comment",
    "details",
  ],
  created_at: ["createdat", "reportedat", "submittedat", "created", "date", "timestamp", "time"],
  external_id: ["externalid", "id", "key", "ticketid", "issueid", "ticket", "number", "uuid"],
};

/** A first guess from the columns' names; what is not recognised becomes further detail. */
export function guessMapping(columns: string[]): Mapping {
  const mapping: Mapping = Object.fromEntries(columns.map((name) => [name, "metadata" as const]));
  for (const [role, names] of Object.entries(USUAL) as [keyof typeof USUAL, string[]][]) {
    const found = names
      .map((usual) => columns.find((name) => mapping[name] === "metadata" && plain(name) === usual))
      .find((name) => name !== undefined);
    if (found !== undefined) mapping[found] = role;
  }
  return mapping;
}

/** The mapping with a column in a new role. Whoever had a role that is there only once becomes further detail. */
export function assignRole(mapping: Mapping, column: string, role: ColumnRole): Mapping {
  const next = { ...mapping };
  if (role !== "metadata" && role !== "none") {
    for (const name of Object.keys(next)) if (next[name] === role) next[name] = "metadata";
  }
  next[column] = role;
  return next;
}

/** Whether the mapping says where a report's text is. */
export function isUsable(mapping: Mapping): boolean {
  return Object.values(mapping).some((role) => role === "title" || role === "body");
}

/**
 * A row as the API takes it. A column that nobody mapped (a later row may have more) is further detail; an object in a column
 * `metadata` is taken apart. Empty cells are left out, so that without an id of its own an item gets the API's key of
 * its content, and the same file twice doubles nothing.
 */
export function toItem(cells: Record<string, unknown>, mapping: Mapping): ImportItem {
  const item: ImportItem = {};
  const rest: [string, unknown][] = [];
  for (const [name, value] of Object.entries(cells)) {
    if (value === null || value === undefined) continue;
    if (typeof value === "string" && value.trim() === "") continue;
    const role = Object.hasOwn(mapping, name) ? mapping[name]! : "metadata";
    if (role === "none") continue;
    if (role !== "metadata") item[role] = value;
    else if (name === "metadata" && isObject(value)) rest.unshift(...Object.entries(value));
    else rest.push([name, value]);
  }
  if (rest.length > 0) item.metadata = Object.fromEntries(rest);
  return item;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
}
