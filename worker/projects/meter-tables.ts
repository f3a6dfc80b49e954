import { addNote, NOTHING_DELIVERED, type Delivered, type DeliveryNote } from "../domain/source";
import {
  confirmStored,
  EVENT_IDS_KEPT_MS,
  meetEvent,
  type CrashEvent,
  type Storm,
  type StormVerdict,
} from "../domain/storm";

/** A source's health as it is written to the database: absolute numbers, so that writing it twice changes nothing. */
export type Health = {
  delivered: Delivered;
  lastDeliveryAt: number | null;
  lastError: string | null;
  lastErrorAt: number | null;
};

/** The present number of a storm, for the item of its first event. */
export type Occurrences = { externalId: string; count: number; lastAt: number };

const TABLES = `
  CREATE TABLE IF NOT EXISTS storms (id INTEGER PRIMARY KEY, fingerprint TEXT NOT NULL, first_event_id TEXT NOT NULL,
    external_id TEXT NOT NULL, started_at INTEGER NOT NULL, leased_at INTEGER NOT NULL, stored INTEGER NOT NULL,
    count INTEGER NOT NULL, last_at INTEGER NOT NULL, flushed INTEGER NOT NULL DEFAULT 1);
  CREATE INDEX IF NOT EXISTS storms_fingerprint ON storms (fingerprint, id);
  CREATE INDEX IF NOT EXISTS storms_dirty ON storms (id) WHERE stored = 1 AND count <> flushed;
  CREATE TABLE IF NOT EXISTS events (event_id TEXT PRIMARY KEY, storm INTEGER NOT NULL, own INTEGER NOT NULL DEFAULT 0,
    at INTEGER NOT NULL) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS events_age ON events (at);
  CREATE TABLE IF NOT EXISTS state (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;`;

const FLUSH_PAGE = 200;
const PRUNE_PAGE = 5_000;

/** The meter's SQLite: storms, the ids of their events, and the source's health. All its SQL lives here. */
export class MeterTables {
  constructor(private readonly storage: DurableObjectStorage) {
    storage.sql.exec(TABLES);
  }

  /** What to do with each event; the events themselves are remembered in the same transaction. */
  meet(events: CrashEvent[], now: number): StormVerdict[] {
    return this.storage.transactionSync(() => events.map((event) => this.meetOne(event, now)));
  }

  /** The items of these events are stored, or durably on their way. Unknown events are no error. */
  confirm(eventIds: string[]): void {
    this.storage.transactionSync(() => {
      for (const eventId of eventIds) {
        const known = this.event(eventId);
        const row = known && this.storm(known.storm);
        if (!known || !row) continue;
        const { storm, own } = confirmStored(row, eventId, known.own === 1);
        this.saveStorm(known.storm, storm);
        this.storage.sql.exec("UPDATE events SET own = ? WHERE event_id = ?", Number(own), eventId);
      }
    });
  }

  /** Storms whose number the database does not know yet, oldest first. */
  unflushed(): Occurrences[] {
    return this.storage.sql
      .exec<StormRow>(
        "SELECT * FROM storms WHERE stored = 1 AND count <> flushed ORDER BY id LIMIT ?",
        FLUSH_PAGE,
      )
      .toArray()
      .map((row) => ({ externalId: row.external_id, count: row.count, lastAt: row.last_at }));
  }

  flushed(done: Occurrences[]): void {
    this.storage.transactionSync(() => {
      for (const { externalId, count } of done) {
        this.storage.sql.exec(
          "UPDATE storms SET flushed = ? WHERE external_id = ? AND stored = 1",
          count,
          externalId,
        );
      }
    });
  }

  /** Forgets events after 72 hours, and storms that no remembered event is in. Returns whether there may be more. */
  prune(now: number): boolean {
    const old = now - EVENT_IDS_KEPT_MS;
    const gone = this.storage.sql.exec(
      "DELETE FROM events WHERE event_id IN (SELECT event_id FROM events WHERE at < ? ORDER BY at LIMIT ?)",
      old,
      PRUNE_PAGE,
    ).rowsWritten;
    this.storage.sql.exec("DELETE FROM storms WHERE leased_at < ? AND last_at < ?", old, old);
    return gone >= PRUNE_PAGE;
  }

  wipe(): void {
    this.storage.transactionSync(() => {
      for (const table of ["storms", "events", "state"]) {
        this.storage.sql.exec(`DELETE FROM ${table}`);
      }
    });
  }

  health(): Health {
    return (
      this.read<Health>("health") ?? {
        delivered: NOTHING_DELIVERED,
        lastDeliveryAt: null,
        lastError: null,
        lastErrorAt: null,
      }
    );
  }

  /** Adds to the source's health; a note without an error is a delivery that was read. */
  note(note: DeliveryNote, now: number): void {
    const health = this.health();
    health.delivered = addNote(health.delivered, note);
    if (note.error === undefined) health.lastDeliveryAt = now;
    else {
      health.lastError = note.error.slice(0, 300);
      health.lastErrorAt = now;
    }
    this.write("health", health);
    this.write("health_dirty", true);
  }

  healthIsDirty(): boolean {
    return this.read<boolean>("health_dirty") ?? false;
  }

  /** The database has this health. What was noted in between stays to be written. */
  healthFlushed(written: Health): void {
    if (JSON.stringify(written) === JSON.stringify(this.health())) this.write("health_dirty", null);
  }

  read<T>(key: string): T | null {
    const [row] = this.storage.sql
      .exec<{ value: string }>("SELECT value FROM state WHERE key = ?", key)
      .toArray();
    return row ? (JSON.parse(row.value) as T) : null;
  }

  write(key: string, value: unknown): void {
    if (value === null) this.storage.sql.exec("DELETE FROM state WHERE key = ?", key);
    else {
      const text = JSON.stringify(value);
      this.storage.sql.exec("INSERT OR REPLACE INTO state VALUES (?, ?)", key, text);
    }
  }

  private meetOne(event: CrashEvent, now: number): StormVerdict {
    const known = this.event(event.eventId);
    const id = known?.storm ?? this.newest(event.fingerprint);
    const before = id === null ? null : this.storm(id);
    const { verdict, storm, begins } = meetEvent(before, event, known !== null, now);
    if (verdict === "replay") return verdict;
    const at = begins || id === null ? this.insertStorm(storm) : this.saveStorm(id, storm);
    this.storage.sql.exec(
      "INSERT INTO events (event_id, storm, at) VALUES (?1, ?2, ?3) ON CONFLICT (event_id) DO UPDATE SET storm = ?2",
      event.eventId,
      at,
      now,
    );
    return verdict;
  }

  /** Whether a delivery with this id was taken before. */
  delivered(deliveryId: string): boolean {
    return this.event(deliveryKey(deliveryId)) !== null;
  }

  rememberDelivery(deliveryId: string, now: number): void {
    this.storage.sql.exec(
      "INSERT INTO events (event_id, storm, at) VALUES (?, 0, ?) ON CONFLICT (event_id) DO NOTHING",
      deliveryKey(deliveryId),
      now,
    );
  }

  private event(eventId: string): { storm: number; own: number } | null {
    const [row] = this.storage.sql
      .exec<{ storm: number; own: number }>(
        "SELECT storm, own FROM events WHERE event_id = ?",
        eventId,
      )
      .toArray();
    return row ?? null;
  }

  private newest(fingerprint: string): number | null {
    const [row] = this.storage.sql
      .exec<{ id: number | null }>(
        "SELECT max(id) AS id FROM storms WHERE fingerprint = ?",
        fingerprint,
      )
      .toArray();
    return row?.id ?? null;
  }

  private storm(id: number): Storm | null {
    const [row] = this.storage.sql
      .exec<StormRow>("SELECT * FROM storms WHERE id = ?", id)
      .toArray();
    return row ? toStorm(row) : null;
  }

  private insertStorm(storm: Storm): number {
    const [row] = this.storage.sql
      .exec<{ id: number }>(
        `INSERT INTO storms (fingerprint, first_event_id, external_id, started_at, leased_at, stored, count, last_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
        ...valuesOf(storm),
      )
      .toArray();
    return row!.id;
  }

  private saveStorm(id: number, storm: Storm): number {
    this.storage.sql.exec(
      `UPDATE storms SET fingerprint = ?, first_event_id = ?, external_id = ?, started_at = ?, leased_at = ?,
         stored = ?, count = ?, last_at = ? WHERE id = ?`,
      ...valuesOf(storm),
      id,
    );
    return id;
  }
}

/** Apart from the ids of events, which are hexadecimal. */
function deliveryKey(deliveryId: string): string {
  return `delivery:${deliveryId}`;
}

type StormRow = {
  id: number;
  fingerprint: string;
  first_event_id: string;
  external_id: string;
  started_at: number;
  leased_at: number;
  stored: number;
  count: number;
  last_at: number;
};

function valuesOf(storm: Storm): (string | number)[] {
  const { fingerprint, firstEventId, externalId, startedAt, leasedAt, stored, count, lastAt } =
    storm;
  return [
    fingerprint,
    firstEventId,
    externalId,
    startedAt,
    leasedAt,
    Number(stored),
    count,
    lastAt,
  ];
}

function toStorm(row: StormRow): Storm {
  return {
    fingerprint: row.fingerprint,
    firstEventId: row.first_event_id,
    externalId: row.external_id,
    startedAt: row.started_at,
    leasedAt: row.leased_at,
    stored: row.stored === 1,
    count: row.count,
    lastAt: row.last_at,
  };
}
