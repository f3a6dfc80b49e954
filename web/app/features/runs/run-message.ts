import type { RunEventView, RunLogPage } from "../../api.server";

/** The event of a message of a run's socket, or null for anything else. */
export function eventOf(message: unknown): RunEventView | null {
  if (typeof message !== "object" || message === null || !("event" in message)) return null;
  const { event } = message;
  return isEvent(event) ? event : null;
}

/** Whether a decoded reply is a page of a run's log. */
export function isLogPage(value: unknown): value is RunLogPage {
  return (
    typeof value === "object" &&
    value !== null &&
    "events" in value &&
    Array.isArray(value.events) &&
    value.events.every(isEvent) &&
    "next_from" in value &&
    typeof value.next_from === "number" &&
    "ended" in value &&
    typeof value.ended === "boolean"
  );
}

function isEvent(value: unknown): value is RunEventView {
  return (
    typeof value === "object" &&
    value !== null &&
    "seq" in value &&
    typeof value.seq === "number" &&
    "level" in value &&
    (value.level === 1 || value.level === 2 || value.level === 3) &&
    "text" in value &&
    typeof value.text === "string" &&
    "at" in value &&
    typeof value.at === "string" &&
    "stage" in value &&
    typeof value.stage === "string" &&
    "kind" in value &&
    typeof value.kind === "string"
  );
}
