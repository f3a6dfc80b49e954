import { DurableObject } from "cloudflare:workers";
import type { DeliveryNote } from "../domain/source";
import type { Admission, Arrival } from "../domain/storm";
import type { Clock } from "../kit/clock";
import { logFailure } from "../kit/log";
import type { AddressedSource, SourceRow } from "../store/sources";
import { MeterTables, type Health, type Occurrences } from "./meter-tables";

export type MeterObjectDeps = {
  clock: Clock;
  /** Reports that a source may bring in a minute; a burst may have as many at once. */
  reportsPerMinute: number;
  /** Writes absolute numbers to the items. Returns those whose item is there. */
  writeOccurrences(source: SourceRow, storms: Occurrences[]): Promise<Occurrences[]>;
  /** Writes the source's health. False when the source is gone. */
  writeHealth(source: SourceRow, health: Health): Promise<boolean>;
};

/** The mirror of a source, and when it was taken (epoch milliseconds). */
export type Mirror = AddressedSource & { at: number };

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
    /** Made at the first write, so that guessed addresses leave nothing behind. */
    #made: MeterTables | null = null;
    /** Lost when the object sleeps, which only favours the sender. */
    #allowance = { left: this.#deps.reportsPerMinute, at: this.#deps.clock() };

    async mirror(): Promise<Mirror | null> {
      return (await this.ctx.storage.get<Mirror>("mirror")) ?? null;
    }

    /** The source as it is now. Null when it is gone: everything of it here goes too. */
    async remember(source: AddressedSource | null): Promise<void> {
      if (source) {
        const mirror: Mirror = { ...source, at: this.#deps.clock() };
        return this.ctx.storage.put("mirror", mirror);
      }
      await this.ctx.storage.delete("mirror");
      await this.ctx.storage.deleteAlarm();
      this.#tables.wipe();
    }

    /** Takes the reports from the minute's allowance, then judges the crash events among them. */
    async admit({ reports, deliveryId, events }: Arrival): Promise<Admission> {
      if (deliveryId && this.#tables.delivered(deliveryId)) {
        await this.note({ duplicate: reports });
        return { kind: "known" };
      }
      const retryAfterSeconds = this.#take(reports);
      if (retryAfterSeconds > 0) return { kind: "limited", retryAfterSeconds };
      const verdicts = this.#tables.meet(events, this.#deps.clock());
      const accepted = verdicts.filter((one) => one === "counted").length;
      const duplicate = verdicts.filter((one) => one === "replay").length;
      if (accepted + duplicate > 0) await this.note({ accepted, duplicate });
      return { kind: "admitted", verdicts };
    }

    /** The items of these events, and all else of the delivery, are stored or durably on their way. */
    async confirm(
      eventIds: string[],
      deliveryId: string | null,
      note: DeliveryNote,
    ): Promise<void> {
      this.#tables.confirm(eventIds);
      if (deliveryId) this.#tables.rememberDelivery(deliveryId, this.#deps.clock());
      await this.note(note);
    }

    async note(note: DeliveryNote): Promise<void> {
      this.#tables.note(note, this.#deps.clock());
      await this.#flushSoon();
    }

    override async alarm(): Promise<void> {
      const next = await this.#flush().catch((error: unknown) => {
        logFailure("meter_not_flushed", error);
        return FLUSH_AGAIN_MS;
      });
      if (next === "gone") return;
      const more = this.#tables.prune(this.#deps.clock());
      await this.ctx.storage.setAlarm(this.#deps.clock() + (more ? 0 : next));
    }

    get #tables(): MeterTables {
      this.#made ??= new MeterTables(this.ctx.storage);
      return this.#made;
    }

    /** When to look again, in milliseconds. */
    async #flush(): Promise<number | "gone"> {
      const source = (await this.mirror())?.source;
      if (!source) return PRUNE_EVERY_MS;
      const storms = this.#tables.unflushed();
      const done = storms.length > 0 ? await this.#deps.writeOccurrences(source, storms) : [];
      this.#tables.flushed(done);
      if (this.#tables.healthIsDirty()) {
        const health = this.#tables.health();
        if (!(await this.#deps.writeHealth(source, health))) {
          await this.remember(null);
          return "gone";
        }
        this.#tables.healthFlushed(health);
      }
      if (this.#tables.unflushed().length === 0) return PRUNE_EVERY_MS;
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
