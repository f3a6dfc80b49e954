/** Single values of the project's object by their names, as JSON. */
export class StateTable {
  constructor(private readonly sql: SqlStorage) {}

  read<T>(key: string): T | null {
    const [row] = this.sql
      .exec<{ value: string }>("SELECT value FROM state WHERE key = ?", key)
      .toArray();
    return row ? (JSON.parse(row.value) as T) : null;
  }

  /** `null` takes the value out. */
  write(key: string, value: unknown): void {
    if (value === null) this.sql.exec("DELETE FROM state WHERE key = ?", key);
    else this.sql.exec("INSERT OR REPLACE INTO state VALUES (?, ?)", key, JSON.stringify(value));
  }
}
