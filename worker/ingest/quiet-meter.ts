import type { Admission } from "../domain/storm";
import { logFailure } from "../kit/log";
import type { SourceMeter } from "./deps";

/** A meter that is down counts nothing and lets everything in. */
export function quietMeter(meter: SourceMeter): SourceMeter {
  const failed = (error: unknown) => logFailure("meter_failed", error);
  return {
    admit: (arrival) =>
      meter.admit(arrival).catch((error: unknown): Admission => {
        failed(error);
        return { kind: "admitted", verdicts: arrival.events.map(() => "store" as const) };
      }),
    confirm: (events, delivery, note) => meter.confirm(events, delivery, note).catch(failed),
    note: (note) => meter.note(note).catch(failed),
  };
}
