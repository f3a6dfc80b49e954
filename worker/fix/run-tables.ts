import type { RunEvent } from "../domain/run";
import type { RunLimits, RunUse } from "../domain/steering";
import type { TokenCount } from "./gateway/price";
import {
  EVENT_LIMIT,
  EVENT_TEXT_LIMIT,
  type NewRunEvent,
  type RunEventPage,
  type WatchedAgent,
  withoutSecrets,
} from "./run-log";

type Watch = WatchedAgent & { offset: number; exitCode: number | null; startedAt: number };

/** What no agent exits with: it was ended by us. */
const ENDED_BY_US = -1;

export const NO_TOKENS: TokenCount = { input: 0, output: 0 };

/** The run object's SQLite. All its SQL lives here. */
export class RunTables {
  /** `secrets`: what no event may tell. */
  constructor(
    private readonly storage: DurableObjectStorage,
    private readonly secrets: readonly string[],
  ) {
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

  limit(limits: RunLimits): void {
    this.write("limits", limits);
    this.write("refused", null);
  }

  watch(watched: WatchedAgent, now: number): void {
    const known = this.read<Watch>("watch");
    if (known?.outputPath === watched.outputPath && known.sandboxId === watched.sandboxId) return;
    this.stopClock(now);
    this.write("refused", null);
    const watch = { ...watched, offset: 0, exitCode: null, startedAt: now };
    this.write("watch", watch satisfies Watch);
  }

  unwatch(now: number): void {
    this.stopClock(now);
    const watch = this.read<Watch>("watch");
    if (watch) this.write("watch", { ...watch, exitCode: watch.exitCode ?? ENDED_BY_US });
  }

  use(now: number): RunUse {
    const live = this.watched();
    return {
      workedMs: (this.read<number>("worked") ?? 0) + (live ? now - live.startedAt : 0),
      turns: this.read<number>("calls") ?? 0,
      spentMicroUsd: this.spent(),
      refused: this.read<RunUse["refused"]>("refused"),
    };
  }

  refuse(reason: NonNullable<RunUse["refused"]>): void {
    this.write("refused", reason);
  }

  /** The agent to look at; null when there is none or it has ended. */
  watched(): Watch | null {
    const watch = this.read<Watch>("watch");
    return watch && watch.exitCode === null ? watch : null;
  }

  /** How far a look at `watched` has read; nothing when another agent is watched by now, or none. */
  readOn(watched: WatchedAgent, offset: number, exitCode: number | null, now: number): void {
    const live = this.watched();
    if (live?.outputPath !== watched.outputPath || live.sandboxId !== watched.sandboxId) return;
    if (exitCode !== null) this.stopClock(now);
    this.write("watch", { ...live, offset, exitCode });
  }

  watchedExit(): number | null {
    return this.read<Watch>("watch")?.exitCode ?? null;
  }

  /** `cap`: of money, for a run whose limits nobody has told yet. */
  reserve(microUsd: number, cap: number): boolean {
    const limits = this.read<RunLimits>("limits") ?? { turns: Infinity, microUsd: cap };
    const spent = this.spent();
    const calls = this.read<number>("calls") ?? 0;
    const refused =
      calls >= limits.turns ? "turns" : spent + microUsd > limits.microUsd ? "money" : null;
    if (refused) {
      this.refuse(refused);
      return false;
    }
    this.write("calls", calls + 1);
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

  /** From now on the fallback model answers in this run. */
  useFallback(): void {
    this.write("fallback", true);
  }

  usesFallback(): boolean {
    return this.read<boolean>("fallback") ?? false;
  }

  /** Adds the time of the agent that is being watched; called once for each, before it is no longer. */
  private stopClock(now: number): void {
    const live = this.watched();
    if (!live) return;
    const worked = this.read<number>("worked") ?? 0;
    this.write("worked", worked + now - live.startedAt);
  }

  private appendOne(event: NewRunEvent, now: number): RunEvent[] {
    const [last] = this.storage.sql
      .exec<{ seq: number }>("SELECT coalesce(max(seq), 0) AS seq FROM events")
      .toArray();
    const seq = last!.seq + 1;
    if (seq > EVENT_LIMIT && event.kind === "output") return [];
    const text = cut(withoutSecrets(event.text, this.secrets));
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
