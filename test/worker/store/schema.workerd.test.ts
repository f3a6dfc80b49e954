import { env } from "cloudflare:workers";
import { getTableConfig, SQLiteTable } from "drizzle-orm/sqlite-core";
import { describe, expect, it } from "vitest";
import * as schema from "../../../worker/store/schema";

const tables = Object.values(schema)
  .filter((value) => value instanceof SQLiteTable)
  .map((table) => getTableConfig(table));

describe("the Drizzle schema", () => {
  it("names exactly the tables that the migrations make", async () => {
    const made = await rows<{ name: string }>(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\' AND name NOT LIKE 'd1\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
    );
    expect(made.map((table) => table.name).sort()).toEqual(tables.map((one) => one.name).sort());
  });

  it.each(tables.map((table) => [table.name, table] as const))(
    "has the columns, types and keys of the migrated table %s",
    async (name, table) => {
      const info = await rows<{ name: string; type: string; notnull: number; pk: number }>(
        `PRAGMA table_info(${name})`,
      );
      const made = info.map((column) => ({
        name: column.name,
        type: column.type.toLowerCase(),
        notNull: column.notnull === 1,
        key: column.pk > 0,
      }));
      const inKeys = new Set(
        table.primaryKeys.flatMap((key) => key.columns.map((column) => column.name)),
      );
      const meant = table.columns.map((column) => ({
        name: column.name,
        type: column.getSQLType().toLowerCase(),
        notNull: column.notNull,
        key: column.primary || inKeys.has(column.name),
      }));
      expect(byName(made)).toEqual(byName(meant));
    },
  );

  it("names exactly the indexes that the migrations make, on the same columns", async () => {
    const made = await rows<{ name: string; tbl_name: string; sql: string }>(
      "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
    );
    const meant = tables.flatMap((table) => [
      ...table.indexes.map(({ config }) => ({
        name: config.name,
        table: table.name,
        unique: config.unique,
        partial: config.where !== undefined,
        columns: config.columns.map((column) => ("name" in column ? String(column.name) : "?")),
      })),
      ...table.columns
        .filter((column) => column.isUnique)
        .map((column) => ({
          name: column.uniqueName!,
          table: table.name,
          unique: true,
          partial: false,
          columns: [column.name],
        })),
    ]);
    const found = await Promise.all(
      made.map(async (index) => ({
        name: index.name,
        table: index.tbl_name,
        unique: /^CREATE UNIQUE/i.test(index.sql),
        partial: /\bWHERE\b/i.test(index.sql),
        columns: (await rows<{ name: string }>(`PRAGMA index_info(${index.name})`)).map(
          (column) => column.name,
        ),
      })),
    );
    expect(byName(found)).toEqual(byName(meant));
  });
});

async function rows<T>(sql: string): Promise<T[]> {
  return (await env.DB.prepare(sql).all<T>()).results;
}

function byName<T extends { name: string }>(list: T[]): T[] {
  return list.toSorted((one, other) => (one.name < other.name ? -1 : 1));
}
