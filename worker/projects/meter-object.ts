import { DurableObject } from "cloudflare:workers";
import type { CrashEvent, StormVerdict } from "../domain/storm";
import type { Clock } from "../kit/clock";
import { logFailure } from "../kit/log";
import type { SourceRow } from "../store/sources";
import { MeterTables, type Health, type HealthNote, type Occurrences } from "./meter-tables";

export type MeterObjectDeps = {
  clock: Clock;
  /** Reports that a source may bring in a minute; a burst may have as many at once. */
  reportsPerMinute: number;
  /** Writes absolute numbers to the items. Returns those whose item is there. */
  writeOccurrences(source: SourceRow, storms: Occurrences[]): Promise<Occurrences[]>;
  /** Writes the source's health. False when the source is gone. */
  writeHealth(source: SourceRow, health: Health): Promise<boolean>;
};

/** What may come in: a verdict for each event, or how long to wait. */
export type Admission = { verdicts: StormVerdict[] } | { retryAfterSeconds: number };

const FLUSH_AFTER_MS = 3_000;
/** When the database did not take all: its items may still be on the queue. */
const FLUSH_AGAIN_MS = 60_000;
const PRUNE_EVERY_MS = 60 * 60 * 1000;

/**
 * One per source, under the name that its address carries, so that a delivery finds it without the database: the mirror of the
 * source with its sealed secrets, its limit, the storms, and its health. Writes numbers to the database now and then.
 */
export function createMeterObject<E>(makeDeps: (env: E) => MeterObjectDeps) {
  return class extends DurableObject<E> {
    readonly #deps = makeDeps(this.env);
    #tables = new MeterTables(this.ctx.storage);
    /** Lost when the object sleeps, which only favours the sender. */
    #allowance = { left: this.#deps.reportsPerMinute, at: this.#deps.clock() };

    async source(): Promise<SourceRow | null> {
      return this.#tables.read<SourceRow>("source");
    }

    /** The source as it is now. Null when it is gone: everything of it here goes too. */
    async remember(source: SourceRow | null): Promise<void> {
      if (source) return this.#tables.write("source", source);
      await this.ctx.storage.deleteAlarm();
      await this.ctx.storage.deleteAll();
      this.#tables = new MeterTables(this.ctx.storage);
    }

    /** Takes `reports` from the minute's allowance, then judges the crash events among them. */
    async admit(reports: number, events: CrashEvent[]): Promise<Admission> {
      const wait = this.#take(reports);
      if (wait > 0) return { retryAfterSeconds: wait };
      const verdicts = this.#tables.meet(events, this.#deps.clock());
      const counted = verdicts.filter((one) => one === "counted").length;
      const replayed = verdicts.filter((one) => one === "replay").length;
      if (counted + replayed > 0) await this.note({ accepted: counted, duplicate: replayed });
      return { verdicts };
    }

    async confirm(eventIds: string[]): Promise<void> {
      this.#tables.confirm(eventIds);
      await this.#flushSoon();
    }

    async note(note: HealthNote): Promise<void> {
      this.#tables.note(note, this.#deps.clock());
      await this.#flushSoon();
    }

    override async alarm(): Promise<void> {
      const next = await this.#flush().catch((error: unknown) => {
        logFailure("meter_not_flushed", error);
        return FLUSH_AGAIN_MS;
      });
      const more = this.#tables.prune(this.#deps.clock());
      await this.ctx.storage.setAlarm(this.#deps.clock() + (more ? 0 : (next ?? PRUNE_EVERY_MS)));
    }

    async #flush(): Promise<number | null> {
      const source = this.#tables.read<SourceRow>("source");
      if (!source) return null;
      const storms = this.#tables.unflushed();
      const done = storms.length > 0 ? await this.#deps.writeOccurrences(source, storms) : [];
      this.#tables.flushed(done);
      if (this.#tables.healthIsDirty()) {
        const health = this.#tables.health();
        if (await this.#deps.writeHealth(source, health)) this.#tables.healthFlushed(health);
        else this.#tables.write("source", null);
      }
      if (this.#tables.unflushed().length === 0) return null;
      return done.length > 0 ? FLUSH_AFTER_MS : FLUSH_AGAIN_MS;
    }

    /** Seconds to wait, or 0 when the reports may come in. */
    #take(reports: number): number {
      const { reportsPerMinute: rate, clock } = this.#deps;
      const now = clock();
      const grown = this.#allowance.left + ((now - this.#allowance.at) / 60_000) * rate;
      const left = Math.min(rate, grown);
      // A batch larger than a whole minute's allowance comes in when the allowance is full.
      const missing = Math.min(reports, rate) - left;
      this.#allowance = { left: missing > 0 ? left : left - reports, at: now };
      return missing > 0 ? Math.ceil((missing / rate) * 60) : 0;
    }

    async #flushSoon(): Promise<void> {
      const due = this.#deps.clock() + FLUSH_AFTER_MS;
      const set = await this.ctx.storage.getAlarm();
      if (set === null || set > due) await this.ctx.storage.setAlarm(due);
    }
  };
}
