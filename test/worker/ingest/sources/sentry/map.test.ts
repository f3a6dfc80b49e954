import { describe, expect, it } from "vitest";
import type { NewFeedback } from "../../../../../worker/domain/feedback";
import { mapSentry } from "../../../../../worker/ingest/sources/sentry/map";
import type { Mapped } from "../../../../../worker/ingest/sources/source";
import { delivery, sentryHook } from "../../../../builders/deliveries";
import {
  BARE_EVENTS,
  commentHook,
  eventAlert,
  issueHook,
  legacyHook,
  metricAlertHook,
  webhookEvent,
} from "../../../../builders/sentry";

const NOW = Date.UTC(2026, 5, 1);
const EVENT_ID = "e4874d664c3540c1a32eab185f12c5ab";

function reportOf(mapped: Mapped): NewFeedback {
  if (mapped.kind !== "feedback") throw new Error(`No report, but ${JSON.stringify(mapped)}`);
  expect(mapped.items).toHaveLength(1);
  return mapped.items[0]!;
}

describe("an issue alert", () => {
  const report = reportOf(mapSentry(sentryHook("event_alert", eventAlert()), NOW));

  it("becomes a report with the error and its top own frames as body", () => {
    expect(report).toMatchObject({
      source: "sentry",
      external_id: EVENT_ID,
      title: "TypeError: Cannot read properties of undefined (reading 'total')",
      body: [
        "TypeError: Cannot read properties of undefined (reading 'total')",
        "/app/src/cart.ts:41 totalOf",
        "/app/src/checkout.ts:7 checkout",
      ].join("\n"),
      created_at: 1772359200500,
    });
  });

  it("keeps all frames, crash site first, and does not believe that an installed package is own code", () => {
    const frames = report.metadata.crash?.frames;
    expect(frames?.map((frame) => [frame.line, frame.in_app])).toEqual([
      [41, true],
      [7, true],
      [95, false],
      [95, false],
    ]);
  });

  it("keeps what else is known", () => {
    expect(report.metadata).toMatchObject({
      culprit: "totalOf(src/cart)",
      project: "shop",
      organization: "acme",
      environment: "production",
      release: "shop@1.2.3",
      level: "error",
      platform: "javascript",
      tags: { browser: "Chrome 120.0.0", environment: "production", level: "error" },
      event_id: EVENT_ID,
      issue_id: "1117540176",
      rule: "Very important alert",
      url: `https://sentry.io/organizations/acme/issues/1117540176/events/${EVENT_ID}/`,
    });
    expect(report.metadata.fingerprint).toBeUndefined();
    expect(report.metadata.sentry).toMatchObject({ request: { method: "GET" }, user: { id: 7 } });
  });

  it("has a readable text that is not the payload", () => {
    expect(report.raw_text).toContain("  at /app/src/cart.ts:41 totalOf");
    expect(report.raw_text).not.toContain("{");
  });

  it("finds the issue in its address when older payloads lack the id, and builds the link", () => {
    const old = webhookEvent({ issue_id: undefined, web_url: undefined });
    const { metadata } = reportOf(mapSentry(sentryHook("event_alert", eventAlert(old)), NOW));
    expect(metadata.issue_id).toBe("1117540176");
    expect(metadata.url).toBe(
      `https://sentry.io/organizations/acme/issues/1117540176/events/${EVENT_ID}/`,
    );
  });

  it("is recognised without the header too", () => {
    expect(reportOf(mapSentry(delivery(eventAlert()), NOW))).toEqual(report);
  });
});

describe("an error webhook", () => {
  it("is the same report as the alert on the same event", () => {
    const event = webhookEvent();
    const error = reportOf(
      mapSentry(sentryHook("error", { action: "created", data: { error: event } }), NOW),
    );
    const alert = reportOf(mapSentry(sentryHook("event_alert", eventAlert(event)), NOW));
    expect({ ...error, metadata: { ...error.metadata, rule: alert.metadata.rule } }).toEqual(alert);
  });
});

describe("an issue webhook", () => {
  it("is a report under the issue's id when created, with the one frame that it tells", () => {
    const report = reportOf(mapSentry(sentryHook("issue", issueHook("created")), NOW));
    expect(report).toMatchObject({
      external_id: "issue:1117540176",
      title: "TypeError: Cannot read properties of undefined (reading 'total')",
      created_at: Date.UTC(2026, 2, 1, 10),
      metadata: {
        issue_id: "1117540176",
        project: "shop",
        short_id: "SHOP-1A",
        crash: { type: "TypeError", frames: [{ file: "/app/src/cart.ts", function: "totalOf" }] },
      },
    });
    expect(report.metadata.event_id).toBeUndefined();
  });

  it.each([
    [
      "resolved",
      { statusDetails: { inNextRelease: true } },
      { action: "resolved", detail: "in the next release" },
    ],
    [
      "resolved",
      { statusDetails: { inRelease: "1.2.3" } },
      { action: "resolved", detail: "in release 1.2.3" },
    ],
    ["unresolved", { substatus: "regressed" }, { action: "reopened", reason: "regressed" }],
    ["ignored", {}, { action: "ignored", detail: "new" }],
    [
      "archived",
      { substatus: "archived_forever" },
      { action: "ignored", detail: "archived_forever" },
    ],
    [
      "assigned",
      { assignedTo: { type: "team", id: "1", name: "cart-team" } },
      { action: "assigned", to: "cart-team" },
    ],
    ["assigned", { assignedTo: null }, { action: "assigned", to: null }],
  ])("records %s %j", (action, over, change) => {
    expect(mapSentry(sentryHook("issue", issueHook(action, over)), NOW)).toEqual({
      kind: "change",
      externalId: "issue:1117540176",
      change: { at: Date.UTC(2026, 0, 1), by: "colleen", ...change },
    });
  });

  it("has a link built from the addresses of the API when it brings none for people", () => {
    const over = {
      url: "https://sentry.io/api/0/issues/1117540176/",
      project_url: "https://sentry.io/api/0/projects/acme/shop/",
    };
    const { metadata } = reportOf(mapSentry(sentryHook("issue", issueHook("created", over)), NOW));
    expect(metadata.url).toBe("https://sentry.io/organizations/acme/issues/1117540176/");
  });

  it("takes a number for the id, and asks for one", () => {
    const numbered = mapSentry(sentryHook("issue", issueHook("created", { id: 12 })), NOW);
    expect(reportOf(numbered).external_id).toBe("issue:12");
    expect(() => mapSentry(sentryHook("issue", issueHook("created", { id: null })), NOW)).toThrow(
      expect.objectContaining({
        code: "malformed_body",
        extra: { faults: [expect.objectContaining({ path: "data.issue.id" })] },
      }),
    );
  });
});

describe("the older webhooks", () => {
  it("have the issue's id on top and the event's inside", () => {
    const report = reportOf(mapSentry(delivery(legacyHook()), NOW));
    expect(report).toMatchObject({
      external_id: EVENT_ID,
      title: "This is an example Python exception",
      body: "This is an example Python exception\nshop/views.py:21 checkout\nshop/wsgi.py:3 run",
      metadata: {
        issue_id: "1117540176",
        event_id: EVENT_ID,
        project: "shop",
        organization: "acme",
        culprit: "shop.views in checkout",
        rule: "My rule",
        url: "https://sentry.io/organizations/acme/issues/1117540176/?referrer=webhooks_plugin",
      },
    });
  });

  it("of the first plugin tell nothing but the issue", () => {
    const old = {
      id: "134343",
      project: "shop",
      message: "This is an example",
      culprit: "foo.bar",
      logger: "root",
      level: "error",
    };
    const report = reportOf(mapSentry(delivery(old), NOW));
    expect(report).toMatchObject({
      external_id: "issue:134343",
      title: "This is an example",
      created_at: NOW,
      metadata: { culprit: "foo.bar", level: "error", project: "shop" },
    });
  });

  it.each([
    [40, "error"],
    ["50", "fatal"],
    ["WARN", "warning"],
    ["critical", "fatal"],
    ["notice", "notice"],
    ["constructor", "constructor"],
  ])("of loggers that write the level %s mean %s", (level, meant) => {
    expect(
      reportOf(mapSentry(delivery({ id: "1", message: "x", level }), NOW)).metadata.level,
    ).toBe(meant);
  });

  it("called service hooks put the issue into a group", () => {
    const hook = {
      project: { slug: "shop" },
      group: { id: "7", url: "https://sentry.io/organizations/acme/issues/7/" },
      event: webhookEvent({ issue_id: undefined, issue_url: undefined, web_url: undefined }),
    };
    const { metadata } = reportOf(mapSentry(delivery(hook), NOW));
    expect(metadata).toMatchObject({ issue_id: "7", project: "shop", url: hook.group.url });
  });
});

describe("a bare event of an SDK", () => {
  const first = (name: string) => reportOf(mapSentry(delivery(BARE_EVENTS[name]), NOW));

  it.each([
    [
      "javascript browser, no in_app marks",
      "TypeError: cart is undefined",
      "https://shop.example/static/cart.js:12 totalOf",
    ],
    ["python, chained", "CheckoutFailed: no total", "shop/views.py:21 checkout"],
    ["python, an exception group of two", "ExceptionGroup: several", "main.py:9"],
    ["python, an exception group of one", "ValueError: inner", "inner.py:2"],
    [
      "go, a bare array of exceptions",
      "*fmt.wrapError: load cart: no rows",
      "/src/shop/cart.go:41 load",
    ],
    ["php, frames null", "TypeError: count(): wrong argument", undefined],
    ["ruby, stack trace missing", "NoMethodError: undefined method 'price' for nil", undefined],
    ["java, thread with the trace", "IllegalStateException: cart is closed", "Cart.java:41 add"],
    ["old raven, interfaces by name", "ValueError: bad cart", "shop/cart.py:3 add"],
    ["old raven, one exception and no list", "ValueError: bad cart", undefined],
    ["message as text", "Cart service is slow", undefined],
    ["message as an object", "Slow cart", undefined],
    ["log entry with an own fingerprint", "cart %s is lost", undefined],
    ["content security policy", "Blocked 'script-src' from 'https://evil.example/x.js'", undefined],
    [
      "minidump",
      "EXCEPTION_ACCESS_VIOLATION_READ: Fatal Error: EXCEPTION_ACCESS_VIOLATION_READ",
      "cart.cpp:41 cart::total",
    ],
    ["user feedback widget", "The pay button does nothing", undefined],
  ])("(%s) is titled and placed", (name, title, place) => {
    const report = first(name);
    expect(report.title).toBe(title);
    expect(report.body.split("\n")[0]).toBe(title);
    expect(report.body.split("\n")[1]).toBe(place);
    expect(report.external_id).toBe(EVENT_ID);
    expect(report.created_at).toBe(
      Math.floor(1772359200.5) * 1000 + (name.includes("browser") ? 500 : 0),
    );
  });

  it("of which the API's shape is read by its own names", () => {
    expect(first("the API's shape")).toMatchObject({
      external_id: EVENT_ID,
      title: "The cart is empty",
      metadata: {
        issue_id: "1117540176",
        environment: "staging",
        release: "shop@1.2.3",
        user_feedback: { name: "Bob" },
        crash: {
          type: "KeyError",
          frames: [{ file: "shop/views.py", line: 21, in_app: true }, { in_app: false }],
        },
      },
    });
  });

  it("keeps its causes in the text, a chosen fingerprint, and derives the culprit", () => {
    expect(first("python, chained").raw_text).toContain(
      "Caused by: ZeroDivisionError: division by zero",
    );
    expect(first("log entry with an own fingerprint").metadata.fingerprint).toEqual([
      "cart-lost",
      "7",
    ]);
    expect(first("python, chained").metadata.culprit).toBe("shop/views.py in checkout");
    expect(first("javascript browser, no in_app marks").metadata.tags).toEqual({
      page: "cart",
      count: "3",
    });
  });

  it("without any id is named by its content, the same each time", () => {
    const event = { message: "no id" };
    const id = reportOf(mapSentry(delivery(event), NOW)).external_id;
    expect(id).toMatch(/^content:[0-9a-f]{16}$/);
    expect(reportOf(mapSentry(delivery(event), NOW + 5)).external_id).toBe(id);
    expect(reportOf(mapSentry(delivery({ message: "no id!" }), NOW)).external_id).not.toBe(id);
  });
});

describe("what is bounded", () => {
  it("frames to 250, those nearest to the crash", () => {
    const frames = Array.from({ length: 900 }, (_, i) => ({ filename: "a.py", lineno: i + 1 }));
    const event = {
      event_id: EVENT_ID,
      exception: { values: [{ type: "E", value: "m", stacktrace: { frames } }] },
    };
    const { metadata } = reportOf(mapSentry(delivery(event), NOW));
    expect(metadata.crash?.frames).toHaveLength(250);
    expect(metadata.crash?.frames[0]?.line).toBe(900);
  });

  it.each([0, -1, 9e15, "tomorrow", NOW + 86_400_000, null, {}])(
    "a time of %j becomes now",
    (timestamp) => {
      const report = reportOf(
        mapSentry(delivery({ event_id: EVENT_ID, message: "m", timestamp }), NOW),
      );
      expect(report.created_at).toBe(NOW);
    },
  );

  it("links to http and https", () => {
    const event = webhookEvent({
      web_url: "javascript:alert(1)",
      url: undefined,
      issue_url: undefined,
    });
    const report = reportOf(mapSentry(sentryHook("event_alert", eventAlert(event)), NOW));
    expect(report.metadata.url).toBeUndefined();
  });

  it("keys, of which __proto__ is dropped, and control characters", () => {
    const text =
      '{"message": "a\\u0000b\\ud800", "tags": {"__proto__": "x", "ok": "y"}, "extra": {"__proto__": {"p": 1}}}';
    const report = reportOf(mapSentry(delivery(text), NOW));
    expect(report.title).toBe("ab\uFFFD");
    expect(report.metadata.tags).toEqual({ ok: "y" });
    expect(JSON.stringify(report.metadata)).not.toContain("__proto__");
  });
});

describe("a metric alert", () => {
  it.each([
    ["critical", "fatal"],
    ["warning", "warning"],
  ])("(%s) is one report per incident", (action, level) => {
    const report = reportOf(mapSentry(sentryHook("metric_alert", metricAlertHook(action)), NOW));
    expect(report).toMatchObject({
      external_id: "metric_alert:1241",
      title: "Critical: Too many failed checkouts",
      body: "12 events in the last 10 minutes\ncount() where level:error",
      metadata: {
        level,
        environment: "production",
        rule: "Too many failed checkouts",
        url: "https://sentry.io/organizations/acme/alerts/rules/details/7/",
      },
      created_at: Date.UTC(2026, 2, 1, 10),
    });
    expect(report.link).toBeUndefined();
  });

  it("that is over closes that report", () => {
    expect(mapSentry(sentryHook("metric_alert", metricAlertHook("resolved")), NOW)).toEqual({
      kind: "change",
      externalId: "metric_alert:1241",
      change: { action: "resolved", at: Date.UTC(2026, 0, 1), by: null, detail: null },
    });
  });
});

describe("a comment", () => {
  it.each([
    ["created", "It happens on every second order"],
    ["updated", "It happens on every second order"],
    ["deleted", null],
  ])("(%s) changes the reports of its issue", (action, text) => {
    expect(mapSentry(sentryHook("comment", commentHook(action)), NOW)).toEqual({
      kind: "change",
      externalId: "issue:1117540176",
      change: { action: "commented", id: "88", text, at: Date.UTC(2026, 0, 1), by: "colleen" },
    });
  });
});

describe("what is no report", () => {
  it("says that the integration was removed", () => {
    const gone = { action: "deleted", data: { installation: { uuid: "x" } } };
    expect(mapSentry(sentryHook("installation", gone), NOW)).toMatchObject({
      kind: "ignored",
      reason: "installation.deleted",
      trouble: expect.stringContaining("removed in Sentry"),
    });
  });

  it.each([
    [
      "installation",
      { action: "created", data: { installation: { uuid: "x" } } },
      "installation.created",
    ],
    ["metric_alert", metricAlertHook("opened"), "metric_alert.opened"],
    ["comment", commentHook("pinned"), "comment.pinned"],
    ["seer", { action: "root_cause_started", data: { group_id: 1 } }, "seer.root_cause_started"],
    ["tomorrow", { action: "invented" }, "tomorrow.invented"],
    ["issue", issueHook("invented"), "issue.invented"],
    ["event_alert", eventAlert(webhookEvent({ type: "transaction" })), "transaction"],
  ])("(%s) is ignored and counted", (resource, body, reason) => {
    expect(mapSentry(sentryHook(resource, body), NOW)).toEqual({ kind: "ignored", reason });
  });

  it.each([
    ["", "", ""],
    ["", "{", ""],
    ["", "[]", ""],
    ["", "{}", ""],
    ["", "null", ""],
    ["event_alert", "{}", "data.event"],
    ["error", '{"data": {"error": []}}', "data.error"],
    [
      "metric_alert",
      '{"action": "critical", "data": {"metric_alert": {}}}',
      "data.metric_alert.id",
    ],
    ["comment", '{"action": "created", "data": {"comment_id": 1}}', "data.issue_id"],
    ["comment", '{"action": "created", "data": {"issue_id": 1}}', "data.comment_id"],
  ])("(%s %j) is refused with the path of the fault", (resource, body, path) => {
    const received = resource ? sentryHook(resource, body) : delivery(body);
    expect(() => mapSentry(received, NOW)).toThrow(
      expect.objectContaining({
        code: "malformed_body",
        extra: { faults: [expect.objectContaining({ path })] },
      }),
    );
  });
});
