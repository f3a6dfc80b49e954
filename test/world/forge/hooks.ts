import { createHmac, randomUUID } from "node:crypto";
import { createQueues } from "./queue";
import type { DeliveryRecord, HookRecord, RepoState } from "./state";

const TIMEOUT_MS = 10_000;
const KEPT_PER_HOOK = 100;
const KEPT_RESPONSE = 10_000;

export type HooksOptions = {
  repos: () => RepoState[];
  save: () => Promise<void>;
  now: () => number;
  nextId: () => number;
  /** Waits before the second, third … attempt while the target cannot be reached or answers 5xx. */
  retryDelaysMs: number[];
};
export type Hooks = {
  /** Puts an event into the outbox of one hook. Nothing is sent before `deliver`. */
  enqueue(repo: RepoState, hook: HookRecord, event: string, payload: string): void;
  redeliver(repo: RepoState, delivery: DeliveryRecord): void;
  /** Sends what is in the outbox, in order per hook; retries come behind what is already waiting. */
  deliver(): void;
  /** Ends running attempts; what was not delivered stays in the outbox for the next start. */
  stop(): Promise<void>;
};

/** Whether an address is on this machine; a played service never calls anybody else. */
export function isLoopbackUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  const loopback = ["127.0.0.1", "localhost", "[::1]"].includes(hostname);
  return loopback && (protocol === "http:" || protocol === "https:");
}

/** `sha256=` and the HMAC-SHA256 of the raw body in hex, the value of `X-Hub-Signature-256`. */
export function signBody(secret: string, body: string): string {
  return `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
}

export function createHooks(options: HooksOptions): Hooks {
  let inLine = createQueues();
  let running = new AbortController();
  const underWay = new Map<number, Promise<void>>();

  function add(
    repo: RepoState,
    hook: number,
    base: Pick<DeliveryRecord, "guid" | "event" | "action" | "payload" | "attempt" | "redelivery">,
    dueAt: number,
  ): void {
    repo.deliveries.push({
      ...base,
      id: options.nextId(),
      hook,
      pending: true,
      dueAt,
      deliveredAt: 0,
      durationSeconds: 0,
      status: "",
      statusCode: 0,
      requestHeaders: {},
      responseHeaders: {},
      responseBody: "",
    });
    const old = repo.deliveries.filter((one) => one.hook === hook && !one.pending);
    const drop = new Set(old.slice(0, Math.max(0, old.length - KEPT_PER_HOOK)));
    if (drop.size > 0) repo.deliveries = repo.deliveries.filter((one) => !drop.has(one));
  }

  function enqueue(repo: RepoState, hook: HookRecord, event: string, payload: string): void {
    const { action } = JSON.parse(payload) as { action?: string };
    const base = { guid: randomUUID(), event, action: action ?? null, payload };
    add(repo, hook.id, { ...base, attempt: 1, redelivery: false }, 0);
  }

  function redeliver(repo: RepoState, delivery: DeliveryRecord): void {
    add(repo, delivery.hook, { ...delivery, attempt: 1, redelivery: true }, 0);
  }

  function deliver(): void {
    for (const repo of options.repos()) {
      for (const delivery of repo.deliveries) {
        if (!delivery.pending || underWay.has(delivery.id)) continue;
        const work = waitUntil(delivery.dueAt)
          .then(() => inLine(String(delivery.hook), () => attempt(repo, delivery)))
          .catch(() => {})
          .finally(() => underWay.delete(delivery.id));
        underWay.set(delivery.id, work);
      }
    }
  }

  function waitUntil(dueAt: number): Promise<void> {
    const ms = dueAt - options.now();
    if (ms <= 0) return Promise.resolve();
    const { signal } = running;
    return new Promise((resolve) => {
      const timer = setTimeout(done, ms);
      signal.addEventListener("abort", done, { once: true });
      function done(): void {
        clearTimeout(timer);
        resolve();
      }
    });
  }

  async function attempt(repo: RepoState, delivery: DeliveryRecord): Promise<void> {
    const { signal } = running;
    if (signal.aborted) return;
    const hook = repo.hooks.find((one) => one.id === delivery.hook);
    if (!hook) {
      delivery.pending = false;
      delivery.status = "hook deleted";
      return;
    }
    await send(hook, delivery, signal);
    if (signal.aborted) return;
    delivery.pending = false;
    const delay = options.retryDelaysMs[delivery.attempt - 1];
    const failed = delivery.statusCode === 0 || delivery.statusCode >= 500;
    if (failed && delay !== undefined) {
      const next = { ...delivery, attempt: delivery.attempt + 1 };
      add(repo, hook.id, next, options.now() + delay);
    }
    await options.save();
    deliver();
  }

  async function send(
    hook: HookRecord,
    delivery: DeliveryRecord,
    signal: AbortSignal,
  ): Promise<void> {
    const form = hook.contentType === "form";
    const body = form
      ? new URLSearchParams({ payload: delivery.payload }).toString()
      : delivery.payload;
    const headers: Record<string, string> = {
      accept: "*/*",
      "content-type": form ? "application/x-www-form-urlencoded" : "application/json",
      "user-agent": "GitHub-Hookshot/played",
      "x-github-delivery": delivery.guid,
      "x-github-event": delivery.event,
      "x-github-hook-id": String(hook.id),
      "x-github-hook-installation-target-type": "repository",
    };
    if (hook.secret) headers["x-hub-signature-256"] = signBody(hook.secret, body);
    const started = options.now();
    delivery.deliveredAt = started;
    delivery.requestHeaders = headers;
    try {
      const reply = await fetch(hook.url, {
        method: "POST",
        headers,
        body,
        redirect: "manual",
        signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
      });
      delivery.responseBody = (await reply.text()).slice(0, KEPT_RESPONSE);
      delivery.statusCode = reply.status;
      delivery.status = reply.ok
        ? "OK"
        : reply.statusText || `Invalid HTTP Response: ${reply.status}`;
      delivery.responseHeaders = Object.fromEntries(reply.headers);
    } catch (error) {
      const timedOut = error instanceof Error && error.name === "TimeoutError";
      delivery.status = timedOut ? "timed out" : "failed to connect to host";
      delivery.statusCode = 0;
    }
    delivery.durationSeconds = (options.now() - started) / 1000;
  }

  async function stop(): Promise<void> {
    running.abort();
    await Promise.all(underWay.values());
    running = new AbortController();
    inLine = createQueues();
  }

  return { enqueue, redeliver, deliver, stop };
}
