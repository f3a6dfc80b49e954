/*
 * Events and webhooks in the shapes that Sentry documents and its SDKs send, written for an imaginary shop.
 */
type Json = Record<string, unknown>;

const EVENT_ID = "e4874d664c3540c1a32eab185f12c5ab";
const API = "https://sentry.io/api/0";

/** Frames as the wire has them: oldest first, the crash last. */
export const JS_FRAMES = [
  {
    filename: "node:internal/process/task_queues",
    function: "processTicks",
    lineno: 95,
    colno: 5,
    in_app: false,
  },
  {
    filename: "/app/node_modules/express/lib/router/layer.js",
    function: "handle",
    lineno: 95,
    colno: 5,
    in_app: true,
  },
  { filename: "/app/src/checkout.ts", function: "checkout", lineno: 7, colno: 3, in_app: true },
  {
    filename: "/app/src/cart.ts",
    function: "totalOf",
    lineno: 41,
    colno: 18,
    in_app: true,
    context_line: "return cart.total;",
  },
];

export const JS_EXCEPTION = {
  type: "TypeError",
  value: "Cannot read properties of undefined (reading 'total')",
  mechanism: { type: "generic", handled: false },
  stacktrace: { frames: JS_FRAMES },
};

/** An event as a webhook carries it. */
export function webhookEvent(over: Json = {}): Json {
  return {
    _ref: 1293919,
    _ref_version: 2,
    contexts: { browser: { name: "Chrome", type: "browser", version: "120.0.0.0" } },
    culprit: "totalOf(src/cart)",
    datetime: "2026-03-01T10:00:00.500000Z",
    environment: "production",
    event_id: EVENT_ID,
    exception: { values: [JS_EXCEPTION] },
    fingerprint: ["{{ default }}"],
    issue_id: "1117540176",
    issue_url: `${API}/issues/1117540176/`,
    level: "error",
    logger: "",
    message: "",
    metadata: { type: JS_EXCEPTION.type, value: JS_EXCEPTION.value, filename: "/app/src/cart.ts" },
    platform: "javascript",
    project: 1,
    received: 1772359201.1,
    release: "shop@1.2.3",
    request: {
      headers: [
        ["User-Agent", "Mozilla/5.0 Chrome/120.0.0.0"],
        ["Cookie", "sid=1"],
      ],
      method: "GET",
      url: "https://shop.example/cart",
    },
    tags: [
      ["browser", "Chrome 120.0.0"],
      ["environment", "production"],
      ["level", "error"],
    ],
    timestamp: 1772359200.5,
    title: "TypeError: Cannot read properties of undefined (reading 'total')",
    type: "error",
    url: `${API}/projects/acme/shop/events/${EVENT_ID}/`,
    user: { id: 7, ip_address: "203.0.113.9", email: "bob@example.com" },
    web_url: `https://sentry.io/organizations/acme/issues/1117540176/events/${EVENT_ID}/`,
    ...over,
  };
}

export function eventAlert(event: Json = webhookEvent()): Json {
  return {
    action: "triggered",
    actor: { id: "sentry", name: "Sentry", type: "application" },
    data: { event, triggered_rule: "Very important alert" },
    installation: { uuid: "eac5a0ae-60ec-418f-9318-46dc5e7e52ec" },
  };
}

/** An `issue` webhook. Permalink is null, `count` a text and `userCount` a number, as they come. */
export function issueHook(action: string, over: Json = {}): Json {
  return {
    action,
    actor: { type: "user", id: 1, name: "colleen" },
    installation: { uuid: "eac5a0ae-60ec-418f-9318-46dc5e7e52ec" },
    data: {
      issue: {
        id: "1117540176",
        shortId: "SHOP-1A",
        title: "TypeError: Cannot read properties of undefined (reading 'total')",
        culprit: "totalOf(src/cart)",
        permalink: null,
        logger: null,
        level: "error",
        status: "unresolved",
        statusDetails: {},
        substatus: "new",
        isPublic: false,
        platform: "javascript",
        project: { id: "1", name: "Shop", slug: "shop", platform: "javascript" },
        type: "error",
        metadata: {
          type: "TypeError",
          value: "Cannot read properties of undefined (reading 'total')",
          filename: "/app/src/cart.ts",
          function: "totalOf",
        },
        assignedTo: null,
        count: "17",
        userCount: 3,
        firstSeen: "2026-03-01T10:00:00Z",
        lastSeen: "2026-03-02T10:00:00Z",
        ...over,
      },
    },
  };
}

/** A `comment` webhook: the issue's id is a number here, and the body names no issue beside it. */
export function commentHook(action: string, over: Json = {}): Json {
  return {
    action,
    actor: { type: "user", id: 1, name: "colleen" },
    installation: { uuid: "eac5a0ae-60ec-418f-9318-46dc5e7e52ec" },
    data: {
      comment: "It happens on every second order",
      comment_id: 88,
      issue_id: 1117540176,
      project_slug: "shop",
      timestamp: "2026-03-02T11:00:00.000000Z",
      ...over,
    },
  };
}

/** A `metric_alert` webhook: an incident of an alert rule over a number of events. */
export function metricAlertHook(action: string): Json {
  return {
    action,
    actor: { type: "application", id: "sentry", name: "Sentry" },
    installation: { uuid: "eac5a0ae-60ec-418f-9318-46dc5e7e52ec" },
    data: {
      description_text: "12 events in the last 10 minutes",
      description_title: "Critical: Too many failed checkouts",
      web_url: "https://sentry.io/organizations/acme/alerts/rules/details/7/",
      metric_alert: {
        id: "1241",
        identifier: "3",
        title: "Too many failed checkouts",
        organization_id: "5",
        projects: ["shop"],
        status: 20,
        status_method: 3,
        date_created: "2026-03-01T10:00:01Z",
        date_detected: "2026-03-01T10:00:01Z",
        date_started: "2026-03-01T10:00:00Z",
        date_closed: null,
        alert_rule: {
          id: "7",
          name: "Too many failed checkouts",
          aggregate: "count()",
          dataset: "events",
          environment: "production",
          query: "level:error",
          time_window: 10,
          triggers: [{ id: "1", label: "critical", alert_threshold: 10 }],
        },
      },
    },
  };
}

/** What the older webhook plugin sends: the issue's id on top, the event inside. */
export function legacyHook(over: Json = {}): Json {
  return {
    id: "1117540176",
    project: "shop",
    project_name: "Shop",
    project_slug: "shop",
    logger: null,
    level: "error",
    culprit: "shop.views in checkout",
    message: "This is an example Python exception",
    url: "https://sentry.io/organizations/acme/issues/1117540176/?referrer=webhooks_plugin",
    triggering_rules: ["My rule"],
    event: {
      event_id: EVENT_ID,
      level: "error",
      version: "5",
      type: "default",
      logentry: { formatted: "This is an example Python exception", message: null, params: null },
      logger: "",
      platform: "python",
      timestamp: 1772359200.5,
      received: 1772359201.1,
      environment: "production",
      "sentry.interfaces.User": { email: "sentry@example.com" },
      stacktrace: {
        frames: [
          { filename: "shop/wsgi.py", function: "run", lineno: 3, in_app: true },
          { filename: "shop/views.py", function: "checkout", lineno: 21, in_app: true },
        ],
      },
      tags: [["level", "error"]],
      title: "This is an example Python exception",
      metadata: { title: "This is an example Python exception" },
    },
    ...over,
  };
}

/** What the API answers for an event: `eventID`, `entries[]`, camel case. */
export function apiEvent(): Json {
  return {
    id: EVENT_ID,
    eventID: EVENT_ID,
    groupID: "1117540176",
    dateCreated: "2026-03-01T10:00:00Z",
    dateReceived: "2026-03-01T10:00:01Z",
    message: "",
    title: "KeyError: 'total'",
    metadata: { type: "KeyError", value: "'total'" },
    culprit: "shop.views in checkout",
    platform: "python",
    release: { version: "shop@1.2.3", dateCreated: "2026-02-01T10:00:00Z" },
    tags: [
      { key: "environment", value: "staging" },
      { key: "level", value: "error" },
    ],
    userReport: { comments: "The cart is empty", name: "Bob", email: "bob@example.com", event: {} },
    entries: [
      {
        type: "exception",
        data: {
          excOmitted: null,
          hasSystemFrames: true,
          values: [
            {
              type: "KeyError",
              value: "'total'",
              module: "builtins",
              stacktrace: {
                frames: [
                  {
                    filename: "flask/app.py",
                    absPath: "/x/site-packages/flask/app.py",
                    function: "run",
                    lineNo: 9,
                    colNo: null,
                    inApp: false,
                  },
                  {
                    filename: "shop/views.py",
                    absPath: "/srv/shop/views.py",
                    module: "shop.views",
                    function: "checkout",
                    lineNo: 21,
                    colNo: null,
                    inApp: true,
                  },
                ],
              },
            },
          ],
        },
      },
      { type: "request", data: { url: "https://shop.example/cart", method: "POST", headers: [] } },
    ],
  };
}

/** Bare events as the SDKs of many platforms send them; each name says what is particular. */
export const BARE_EVENTS: Record<string, Json> = {
  "javascript browser, no in_app marks": {
    event_id: EVENT_ID,
    platform: "javascript",
    timestamp: 1772359200.5,
    exception: {
      values: [
        {
          type: "TypeError",
          value: "cart is undefined",
          stacktrace: {
            frames: [
              {
                filename: "https://shop.example/static/vendor.js",
                function: "?",
                lineno: 1,
                colno: 999,
              },
              {
                filename: "https://shop.example/static/cart.js",
                function: "totalOf",
                lineno: 12,
                colno: 9,
              },
            ],
          },
        },
      ],
    },
    tags: { page: "cart", count: 3 },
    sdk: { name: "sentry.javascript.browser", version: "10.0.0" },
  },
  "python, chained": {
    event_id: EVENT_ID,
    platform: "python",
    timestamp: "2026-03-01T10:00:00.000000Z",
    exception: {
      values: [
        {
          type: "ZeroDivisionError",
          value: "division by zero",
          module: "builtins",
          stacktrace: { frames: [{ filename: "a.py", function: "f", lineno: 1, in_app: true }] },
        },
        {
          type: "CheckoutFailed",
          value: "no total",
          module: "shop.errors",
          stacktrace: {
            frames: [{ filename: "shop/views.py", function: "checkout", lineno: 21, in_app: true }],
          },
        },
      ],
    },
  },
  "python, an exception group of two": {
    event_id: EVENT_ID,
    platform: "python",
    timestamp: 1772359200,
    exception: {
      values: [
        {
          type: "ValueError",
          value: "second",
          mechanism: { type: "chained", exception_id: 2, parent_id: 0 },
          stacktrace: { frames: [{ filename: "b.py", lineno: 2 }] },
        },
        {
          type: "TypeError",
          value: "first",
          mechanism: { type: "chained", exception_id: 1, parent_id: 0 },
          stacktrace: { frames: [{ filename: "a.py", lineno: 1 }] },
        },
        {
          type: "ExceptionGroup",
          value: "several",
          mechanism: { type: "generic", exception_id: 0, is_exception_group: true },
          stacktrace: { frames: [{ filename: "main.py", lineno: 9 }] },
        },
      ],
    },
  },
  "python, an exception group of one": {
    event_id: EVENT_ID,
    platform: "python",
    timestamp: 1772359200,
    exception: {
      values: [
        {
          type: "ValueError",
          value: "inner",
          mechanism: { exception_id: 1, parent_id: 0 },
          stacktrace: { frames: [{ filename: "inner.py", lineno: 2 }] },
        },
        {
          type: "ExceptionGroup",
          value: "one",
          mechanism: { exception_id: 0, is_exception_group: true },
          stacktrace: null,
        },
      ],
    },
  },
  "go, a bare array of exceptions": {
    event_id: EVENT_ID,
    platform: "go",
    timestamp: "2026-03-01T10:00:00Z",
    exception: [
      { type: "*errors.errorString", value: "no rows" },
      {
        type: "*fmt.wrapError",
        value: "load cart: no rows",
        stacktrace: {
          frames: [
            {
              module: "main",
              function: "load",
              abs_path: "/src/shop/cart.go",
              lineno: 41,
              in_app: true,
            },
          ],
        },
      },
    ],
  },
  "php, frames null": {
    event_id: EVENT_ID,
    platform: "php",
    timestamp: 1772359200,
    exception: {
      values: [
        { type: "TypeError", value: "count(): wrong argument", stacktrace: { frames: null } },
      ],
    },
  },
  "ruby, stack trace missing": {
    event_id: EVENT_ID,
    platform: "ruby",
    timestamp: 1772359200,
    exception: { values: [{ type: "NoMethodError", value: "undefined method 'price' for nil" }] },
    transaction: "CartsController#show",
  },
  "java, thread with the trace": {
    event_id: EVENT_ID,
    platform: "java",
    timestamp: "2026-03-01T10:00:00Z",
    exception: {
      values: [
        {
          type: "IllegalStateException",
          value: "cart is closed",
          module: "java.lang",
          thread_id: 1,
        },
      ],
    },
    threads: {
      values: [
        {
          id: 2,
          name: "other",
          stacktrace: { frames: [{ module: "com.shop.Other", function: "x" }] },
        },
        {
          id: 1,
          name: "main",
          crashed: true,
          stacktrace: {
            frames: [
              { module: "com.shop.Main", function: "main", filename: "Main.java", lineno: 7 },
              { module: "com.shop.Cart", function: "add", filename: "Cart.java", lineno: 41 },
            ],
          },
        },
      ],
    },
  },
  "old raven, interfaces by name": {
    event_id: EVENT_ID,
    platform: "python",
    timestamp: "2026-03-01T10:00:00",
    message: "ValueError: bad cart",
    "sentry.interfaces.Exception": {
      values: [
        {
          type: "ValueError",
          value: "bad cart",
          stacktrace: {
            frames: [{ filename: "shop/cart.py", function: "add", lineno: 3, in_app: 1 }],
          },
        },
      ],
    },
    "sentry.interfaces.Message": { message: "bad %s", params: ["cart"] },
    server_name: "web-1",
  },
  "old raven, one exception and no list": {
    event_id: EVENT_ID,
    platform: "python",
    timestamp: "2026-03-01T10:00:00",
    "sentry.interfaces.Exception": { type: "ValueError", value: "bad cart" },
  },
  "message as text": {
    event_id: EVENT_ID,
    platform: "node",
    timestamp: 1772359200,
    message: "Cart service is slow",
    level: "warning",
  },
  "message as an object": {
    event_id: EVENT_ID,
    platform: "csharp",
    timestamp: 1772359200,
    message: { message: "Slow %s", formatted: "Slow cart", params: ["cart"] },
  },
  "log entry with an own fingerprint": {
    event_id: EVENT_ID,
    platform: "rust",
    timestamp: 1772359200,
    message: "",
    logentry: { message: "cart %s is lost", params: ["7"] },
    fingerprint: ["cart-lost", 7],
  },
  "content security policy": {
    event_id: EVENT_ID,
    platform: "javascript",
    timestamp: 1772359200,
    csp: {
      effective_directive: "script-src",
      blocked_uri: "https://evil.example/x.js",
      document_uri: "https://shop.example/",
    },
  },
  minidump: {
    event_id: EVENT_ID,
    platform: "native",
    timestamp: 1772359200,
    exception: {
      values: [
        {
          type: "EXCEPTION_ACCESS_VIOLATION_READ",
          value: "Fatal Error: EXCEPTION_ACCESS_VIOLATION_READ",
          mechanism: { type: "minidump", handled: false, synthetic: true },
          stacktrace: {
            frames: [
              {
                package: "C:\\Windows\\System32\\kernel32.dll",
                function: "BaseThreadInitThunk",
                instruction_addr: "0x7ff8",
              },
              {
                package: "C:\\shop\\shop.exe",
                function: "cart::total",
                filename: "cart.cpp",
                lineno: "41",
                in_app: true,
              },
            ],
          },
        },
      ],
    },
  },
  "user feedback widget": {
    event_id: EVENT_ID,
    platform: "javascript",
    timestamp: 1772359200,
    type: "feedback",
    contexts: {
      feedback: {
        message: "The pay button does nothing",
        name: "Bob",
        contact_email: "bob@example.com",
        url: "https://shop.example/pay",
        associated_event_id: EVENT_ID,
      },
    },
  },
  "the API's shape": apiEvent(),
};
