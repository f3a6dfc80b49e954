import type { RunEvent } from "../domain/run";
import type { TokenCount } from "./gateway/price";
import {
  EVENT_LIMIT,
  EVENT_TEXT_LIMIT,
  type NewRunEvent,
  type RunEventPage,
  type WatchedAgent,
} from "./run-log";

type Watch = WatchedAgent & { offset: number; exitCode: number | null };

export const NO_TOKENS: TokenCount = { input: 0, output: 0 };

/** The run object's SQLite. All its SQL lives here. */
export class RunTables {
  constructor(private readonly storage: DurableObjectStorage) {
    storage.sql.exec(`
      CREATE TABLE IF NOT EXISTS events (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, level INTEGER NOT NULL,
        stage TEXT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL, key TEXT UNIQUE);
      CREATE TABLE IF NOT EXISTS state (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;`);
  }

  /** Stores events and returns those that were new, with their numbers. */
  append(events: NewRunEvent[], now: number): RunEvent[] {
    return this.storage.transactionSync(() =>
      events.flatMap((event) => this.appendOne(event, now)),
    );
  }

  page(from: number, limit: number): RunEventPage {
    const rows = this.storage.sql
      .exec<EventRow>(
        "SELECT seq, at, level, stage, kind, text FROM events WHERE seq >= ? ORDER BY seq LIMIT ?",
        from,
        limit,
      )
      .toArray() as RunEvent[];
    const last = rows.at(-1);
    const [end] = this.storage.sql
      .exec<{ seq: number | null }>("SELECT max(seq) AS seq FROM events WHERE kind = 'end'")
      .toArray();
    const nextFrom = last ? last.seq + 1 : from;
    const ended = end !== undefined && end.seq !== null && nextFrom > end.seq;
    return { events: rows, nextFrom, ended };
  }

  tail(limit: number): RunEvent[] {
    return this.storage.sql
      .exec<EventRow>(
        "SELECT seq, at, level, stage, kind, text FROM events ORDER BY seq DESC LIMIT ?",
        limit,
      )
      .toArray()
      .reverse() as RunEvent[];
  }

  watch(watched: WatchedAgent): void {
    const known = this.read<Watch>("watch");
    if (known?.outputPath === watched.outputPath && known.sandboxId === watched.sandboxId) return;
    this.write("watch", { ...watched, offset: 0, exitCode: null } satisfies Watch);
  }

  /** The agent to look at; null when there is none or it has ended. */
  watched(): Watch | null {
    const watch = this.read<Watch>("watch");
    return watch && watch.exitCode === null ? watch : null;
  }

  readOn(offset: number, exitCode: number | null): void {
    const watch = this.read<Watch>("watch");
    if (watch) this.write("watch", { ...watch, offset, exitCode });
  }

  watchedExit(): number | null {
    return this.read<Watch>("watch")?.exitCode ?? null;
  }

  reserve(microUsd: number, cap: number): boolean {
    const spent = this.spent();
    if (spent + microUsd > cap) return false;
    this.write("spent", spent + microUsd);
    return true;
  }

  settle(difference: number, used: TokenCount): void {
    this.write("spent", Math.max(0, this.spent() + difference));
    const { input, output } = this.tokens();
    this.write("tokens", { input: input + used.input, output: output + used.output });
  }

  tokens(): TokenCount {
    return this.read<TokenCount>("tokens") ?? NO_TOKENS;
  }

  spent(): number {
    return this.read<number>("spent") ?? 0;
  }

  /** A note about the run's models. */
  note(key: "refused" | "fallback", value: unknown): void {
    this.write(key, value);
  }

  noted<T>(key: "refused" | "fallback"): T | null {
    return this.read<T>(key);
  }

  private appendOne(event: NewRunEvent, now: number): RunEvent[] {
    const [last] = this.storage.sql
      .exec<{ seq: number }>("SELECT coalesce(max(seq), 0) AS seq FROM events")
      .toArray();
    const seq = last!.seq + 1;
    if (seq > EVENT_LIMIT && event.kind === "output") return [];
    const text = cut(event.text);
    const stored = this.storage.sql.exec(
      "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING RETURNING seq",
      seq,
      now,
      event.level,
      event.stage,
      event.kind,
      text,
      event.key ?? null,
    );
    if (stored.toArray().length === 0) return [];
    const { level, stage, kind } = event;
    return [{ seq, at: now, level, stage, kind, text }];
  }

  private read<T>(key: string): T | null {
    const [row] = this.storage.sql
      .exec<{ value: string }>("SELECT value FROM state WHERE key = ?", key)
      .toArray();
    return row ? (JSON.parse(row.value) as T) : null;
  }

  private write(key: string, value: unknown): void {
    this.storage.sql.exec("INSERT OR REPLACE INTO state VALUES (?, ?)", key, JSON.stringify(value));
  }
}

type EventRow = {
  seq: number;
  at: number;
  level: number;
  stage: string;
  kind: string;
  text: string;
};

function cut(text: string): string {
  return text.length <= EVENT_TEXT_LIMIT ? text : `${text.slice(0, EVENT_TEXT_LIMIT)} […cut]`;
}
