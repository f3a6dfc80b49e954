import { gzipSync } from "node:zlib";
import { bareItem, envelope, item } from "./envelope";
import { mail } from "./mail";
import { SDK_EVENTS } from "./sdk-events";
import {
  apiEvent,
  BARE_EVENTS,
  commentHook,
  eventAlert,
  issueHook,
  legacyHook,
  metricAlertHook,
} from "./sentry";

/*
 * One of everything that may come to the doors of Sentry, its SDKs and mail: what the fuzz laws begin with.
 */
const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

export const EVENTS: unknown[] = [
  ...Object.values(SDK_EVENTS).map(({ event }) => event),
  ...Object.values(BARE_EVENTS),
];

/** Webhooks by the name of their resource; empty: without the header. */
export const HOOKS: [resource: string, body: unknown][] = [
  ["event_alert", eventAlert()],
  ["error", { action: "created", data: { error: EVENTS[0] } }],
  ...["created", "resolved", "assigned", "archived"].map((action): [string, unknown] => [
    "issue",
    issueHook(action),
  ]),
  ["comment", commentHook("created")],
  ["metric_alert", metricAlertHook("critical")],
  ["metric_alert", metricAlertHook("resolved")],
  ["installation", { action: "deleted", data: { installation: { uuid: "x" } } }],
  ["", legacyHook()],
  ["", apiEvent()],
];

const feedback = { contexts: { feedback: { message: "No total", contact_email: "a@b.example" } } };

export const ENVELOPES: Uint8Array<ArrayBuffer>[] = [
  ...EVENTS.slice(0, 6).map((event) => envelope({ dsn: "x" }, bareItem("event", event))),
  envelope(
    { event_id: "ab".repeat(16), sent_at: "2026-03-01T10:00:00Z" },
    item("session", { sid: "1" }),
    item("event", EVENTS[1]),
    item("attachment", "a\nb\n\u0000c", { filename: "log.txt" }),
    bareItem("feedback", feedback),
    bareItem("user_report", { event_id: "ab".repeat(16), comments: "No total" }),
  ),
];

export const STORED: Uint8Array[] = EVENTS.slice(0, 4).map(bytes);
export const PACKED: Uint8Array[] = ENVELOPES.map((one) => gzipSync(one));

export const MAILS: Uint8Array<ArrayBuffer>[] = [
  mail({ text: "It fails\n\nOn 1 Mar 2026, Shop wrote:\n> Hello" }),
  mail({ text: "It fails", html: "<p>It <b>fails</b></p><blockquote>Hello</blockquote>" }),
  mail({ html: "<table><tr><td>It fails</td></tr></table>&amp;&#8364;" }),
  mail({
    text: "See here",
    html: "<p>See here</p>",
    attachments: [{ name: "=?utf-8?Q?=C3=BC.png?=", type: "image/png", base64: "aGVsbG8=" }],
    headers: { "Auto-Submitted": "no", "In-Reply-To": "<a@b>", Precedence: "list" },
  }),
  mail({ subject: "=?utf-8?B?w7xiZXI=?=", text: "=C3=BC=\nx", id: null }),
];
