import { STORY_CRASHES, type CrashBug, type StoryCrash, type StoryFrame } from "./bugs";

/** A webhook of Sentry. `resource` goes into the header `Sentry-Hook-Resource`; `null`: the older plugin, without it. */
export type SentryDelivery = {
  bug: CrashBug | "other";
  minutesAgo: number;
  resource: "event_alert" | "issue" | "error" | null;
  /** The body to post; `now` is epoch milliseconds, and all times in the body are `minutesAgo` before it. */
  body(now: number): Record<string, unknown>;
};

type Event = {
  bug: CrashBug;
  minutesAgo: number;
  request: string;
  user: string;
  release?: string;
  environment?: string;
};

const PROJECT = { id: 4508, slug: "orders", name: "orders" };
const ORGANIZATION = "acme";
const RELEASE = "orders@2.4.1";
const INSTALLATION = { uuid: "7a485448-a9e2-4c85-8a3c-4f44175783c9" };
const BUGS = Object.keys(STORY_CRASHES);

function issueIdOf(bug: string): string {
  return String(5_917_000_100 + BUGS.indexOf(bug));
}

/** 32 hexadecimal digits, the same at each start. */
function eventIdOf(event: Event): string {
  const text = `${event.bug} ${event.minutesAgo} ${event.user}`;
  let hash = 2_166_136_261;
  let id = "";
  for (let round = 0; id.length < 32; round += 1) {
    for (const char of `${round}${text}`) hash = Math.imul(hash ^ char.charCodeAt(0), 16_777_619);
    id += (hash >>> 0).toString(16).padStart(8, "0");
  }
  return id;
}

/** Sentry lists frames oldest first: what called us, the runtime's own, and the crash site last. */
function framesOf(crash: StoryCrash): Record<string, unknown>[] {
  const express = {
    filename: "/srv/orders/node_modules/express/lib/router/layer.js",
    abs_path: "/srv/orders/node_modules/express/lib/router/layer.js",
    module: "express.lib.router:layer",
    function: "Layer.handle [as handle_request]",
    lineno: 95,
    colno: 5,
    in_app: false,
  };
  const queue = {
    filename: "node:internal/process/task_queues",
    abs_path: "node:internal/process/task_queues",
    module: "task_queues",
    function: "process.processTicksAndRejections",
    lineno: 95,
    colno: 5,
    in_app: false,
  };
  return [express, queue, ...crash.frames.toReversed().map(frameOf)];
}

function frameOf(frame: StoryFrame): Record<string, unknown> {
  const name = frame.file.slice(frame.file.lastIndexOf("/") + 1).replace(/\.js$/, "");
  return {
    filename: `app:///${frame.file}`,
    abs_path: `file:///srv/orders/${frame.file}`,
    module: name,
    function: frame.function ?? "<anonymous>",
    lineno: frame.line,
    colno: frame.column,
    context_line: frame.context,
    in_app: true,
  };
}

function metadataOf(crash: StoryCrash): Record<string, unknown> {
  const [top] = crash.frames;
  return {
    type: "TypeError",
    value: crash.message,
    filename: top ? `app:///${top.file}` : "",
    function: top?.function ?? "<anonymous>",
  };
}

function culpritOf(crash: StoryCrash): string {
  const [top] = crash.frames;
  return `${top?.function ?? "?"}(${top?.file.replace(/^src\/|\.js$/g, "") ?? "?"})`;
}

function eventOf(event: Event, now: number): Record<string, unknown> {
  const crash: StoryCrash = STORY_CRASHES[event.bug];
  const at = now - event.minutesAgo * 60_000;
  const id = eventIdOf(event);
  const issueId = issueIdOf(event.bug);
  const site = `https://sentry.example/organizations/${ORGANIZATION}/issues/${issueId}/`;
  return {
    event_id: id,
    project: PROJECT.id,
    release: event.release ?? RELEASE,
    dist: null,
    platform: "node",
    message: "",
    datetime: new Date(at).toISOString(),
    timestamp: at / 1000,
    received: at / 1000 + 0.4,
    environment: event.environment ?? "production",
    type: "error",
    level: "error",
    logger: "",
    title: `TypeError: ${crash.message}`,
    metadata: metadataOf(crash),
    culprit: culpritOf(crash),
    location: `app:///${crash.frames[0]?.file}`,
    transaction: event.request,
    exception: {
      values: [
        {
          type: "TypeError",
          value: crash.message,
          module: null,
          mechanism: { type: "auto.function.express", handled: false },
          stacktrace: { frames: framesOf(crash) },
        },
      ],
    },
    request: {
      method: event.request.split(" ")[0],
      url: `https://shop.acme.example${event.request.split(" ")[1]}`,
      headers: [
        ["Host", "shop.acme.example"],
        ["User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"],
      ],
    },
    user: { id: event.user, geo: { country_code: "IE" } },
    tags: [
      ["environment", event.environment ?? "production"],
      ["level", "error"],
      ["release", event.release ?? RELEASE],
      ["runtime", "node v20.20.2"],
    ],
    contexts: { runtime: { name: "node", version: "v20.20.2", type: "runtime" } },
    fingerprint: ["{{ default }}"],
    sdk: { name: "sentry.javascript.node", version: "10.78.0" },
    version: "7",
    issue_id: issueId,
    issue_url: `https://sentry.example/api/0/organizations/${ORGANIZATION}/issues/${issueId}/`,
    url: `https://sentry.example/api/0/projects/${ORGANIZATION}/${PROJECT.slug}/events/${id}/`,
    web_url: `${site}events/${id}/`,
  };
}

/** An alert rule that fired: `event_alert.triggered` of the integration platform. */
function alert(event: Event): SentryDelivery {
  return {
    bug: event.bug,
    minutesAgo: event.minutesAgo,
    resource: "event_alert",
    body: (now) => ({
      action: "triggered",
      installation: INSTALLATION,
      data: { event: eventOf(event, now), triggered_rule: "Every crash of the shop" },
      actor: { type: "application", id: "sentry", name: "Sentry" },
    }),
  };
}

/** A new error: `error.created` of the integration platform. */
function error(event: Event): SentryDelivery {
  return {
    bug: event.bug,
    minutesAgo: event.minutesAgo,
    resource: "error",
    body: (now) => ({
      action: "created",
      installation: INSTALLATION,
      data: { error: eventOf(event, now) },
      actor: { type: "application", id: "sentry", name: "Sentry" },
    }),
  };
}

/** The shape of the older webhook plugin: the issue on top, the event inside. */
function legacy(event: Event): SentryDelivery {
  const crash: StoryCrash = STORY_CRASHES[event.bug];
  const issueId = issueIdOf(event.bug);
  return {
    bug: event.bug,
    minutesAgo: event.minutesAgo,
    resource: null,
    body: (now) => ({
      id: issueId,
      project: PROJECT.slug,
      project_name: PROJECT.name,
      project_slug: PROJECT.slug,
      logger: null,
      level: "error",
      culprit: culpritOf(crash),
      message: `TypeError: ${crash.message}`,
      url: `https://sentry.example/organizations/${ORGANIZATION}/issues/${issueId}/?referrer=webhooks_plugin`,
      triggering_rules: ["Every crash of the shop"],
      event: eventOf(event, now),
    }),
  };
}

/** A new issue: `issue.created`. It tells no frames, only type, value, file and function. */
function issue(bug: CrashBug, minutesAgo: number): SentryDelivery {
  const crash: StoryCrash = STORY_CRASHES[bug];
  return {
    bug,
    minutesAgo,
    resource: "issue",
    body: (now) => {
      const seen = new Date(now - minutesAgo * 60_000).toISOString();
      return {
        action: "created",
        installation: INSTALLATION,
        data: {
          issue: {
            id: issueIdOf(bug),
            shareId: null,
            shortId: `ORDERS-${BUGS.indexOf(bug) + 1}`,
            title: `TypeError: ${crash.message}`,
            culprit: culpritOf(crash),
            permalink: null,
            logger: null,
            level: "error",
            status: "unresolved",
            statusDetails: {},
            isPublic: false,
            platform: "node",
            project: { ...PROJECT, id: String(PROJECT.id), platform: "node-express" },
            type: "error",
            metadata: metadataOf(crash),
            numComments: 0,
            assignedTo: null,
            isBookmarked: false,
            isSubscribed: false,
            hasSeen: false,
            annotations: [],
            isUnhandled: true,
            count: "1",
            userCount: 1,
            firstSeen: seen,
            lastSeen: seen,
          },
        },
        actor: { type: "application", id: "sentry", name: "Sentry" },
      };
    },
  };
}

/** What Sentry sends about the sample repository's crashes, oldest first. */
export const sentryDeliveries: SentryDelivery[] = [
  error({ bug: "coupon", minutesAgo: 4_310, request: "POST /checkout", user: "2201" }),
  issue("shipping", 2_885),
  alert({ bug: "shipping", minutesAgo: 2_884, request: "POST /checkout", user: "1042" }),
  legacy({ bug: "template", minutesAgo: 2_420, request: "POST /orders/A-881/mail", user: "77" }),
  alert({ bug: "coupon", minutesAgo: 1_999, request: "POST /cart/coupon", user: "3310" }),
  alert({ bug: "greeting", minutesAgo: 1_730, request: "POST /orders/A-902/mail", user: "guest" }),
  alert({ bug: "invoice", minutesAgo: 1_512, request: "GET /orders/A-915/invoice", user: "8" }),
  error({
    bug: "restock",
    minutesAgo: 1_440,
    request: "GET /products/TEA-9",
    user: "9001",
    environment: "staging",
  }),
  alert({ bug: "shipping", minutesAgo: 1_120, request: "POST /checkout", user: "4711" }),
  alert({ bug: "payment", minutesAgo: 980, request: "POST /checkout", user: "5120" }),
  alert({ bug: "coupon", minutesAgo: 760, request: "POST /checkout", user: "2950" }),
  legacy({ bug: "invoice", minutesAgo: 610, request: "GET /orders/A-940/invoice", user: "15" }),
  alert({ bug: "restock", minutesAgo: 480, request: "GET /products/MUG-7", user: "6120" }),
  error({ bug: "payment", minutesAgo: 350, request: "POST /checkout", user: "5177" }),
  alert({ bug: "greeting", minutesAgo: 240, request: "POST /orders/A-977/mail", user: "guest-2" }),
  alert({
    bug: "shipping",
    minutesAgo: 95,
    request: "POST /checkout",
    user: "4930",
    release: "orders@2.4.2-rc.1",
  }),
];
