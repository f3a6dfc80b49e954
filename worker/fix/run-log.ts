import type { RunEvent } from "../domain/run";
import type { RunLimits, RunUse } from "../domain/steering";
import type { TokenCount } from "./gateway/price";

/** An entry to write. Entries with a `key` that was written before are dropped: a replayed step says nothing twice. */
export type NewRunEvent = Pick<RunEvent, "level" | "stage" | "kind" | "text"> & { key?: string };

export type RunEventPage = { events: RunEvent[]; nextFrom: number; ended: boolean };

/** The log of one run, kept by its object. Sequence numbers count from 1 without gaps. */
export type RunLog = {
  append(events: NewRunEvent[]): Promise<void>;
  /** Events from a sequence number on, at most `limit`. */
  page(from: number, limit: number): Promise<RunEventPage>;
  /** The last events as plain text, at most `limit` of them. (Not `tail`: that is a handler's name to the runtime.) */
  lastLines(limit: number): Promise<string>;
  /** From now on these limits count, and what was refused before them does not. */
  limit(limits: RunLimits): Promise<void>;
  /** Follows an agent's output file in a sandbox until its exit file is there. */
  watch(watched: WatchedAgent): Promise<void>;
  /** Looks away: the agent was ended. Its time stands still. */
  unwatch(): Promise<void>;
  /** What the run's agents have used so far, in all their sandboxes. */
  use(): Promise<RunUse>;
  /** The gateway refused a model call for a reason that a person has to decide on. */
  refuse(reason: NonNullable<RunUse["refused"]>): Promise<void>;
  /** The exit code of the watched agent, once it has ended and its output was read. */
  watchedExit(): Promise<number | null>;
  /** Reserves money for a model call within the run's limits of money and calls; false when one would be passed. */
  reserve(microUsd: number): Promise<boolean>;
  settle(differenceMicroUsd: number, used?: TokenCount): Promise<void>;
  spent(): Promise<number>;
  /** All tokens that the run's model calls told of. */
  tokens(): Promise<TokenCount>;
  /** From now on the fallback model answers in this run. */
  useFallback(): Promise<void>;
  usesFallback(): Promise<boolean>;
};

export type WatchedAgent = {
  sandboxId: string;
  outputPath: string;
  exitPath: string;
  runner: string;
};

/** One line for each event, for people and for `logs`. */
export function eventLine(event: RunEvent): string {
  const time = new Date(event.at).toISOString().slice(11, 19);
  return `${time} [${event.stage}] ${event.text}`;
}

/** What a run's own token looks like: the only secret that a sandbox ever holds. */
const RUN_TOKEN = /scr_[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+/g;
/** A shorter value may be an ordinary word. */
const SECRET_UNITS = 8;

/**
 * A text for the log without the tokens of runs, wherever an agent repeats its own, and without the installation's secrets, by
 * their exact values: no sandbox holds one, but what a service answers may repeat it.
 */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret.length >= SECRET_UNITS)
    .toSorted((one, other) => other.length - one.length)
    .reduce((rest, secret) => rest.replaceAll(secret, "[secret]"), text)
    .replace(RUN_TOKEN, "[token]");
}

/** Longest text of one event, and most events of one run: beyond that, raw output is dropped. */
export const EVENT_TEXT_LIMIT = 4_000;
export const EVENT_LIMIT = 20_000;
