import { DurableObject } from "cloudflare:workers";
import type { RunEvent, RunnerName } from "../domain/run";
import type { RunLimits, RunUse } from "../domain/steering";
import type { Clock } from "../kit/clock";
import { logFailure } from "../kit/log";
import type { TokenCount } from "./gateway/price";
import { NO_TOKENS, RunTables } from "./run-tables";
import { eventLine, type NewRunEvent, type RunEventPage, type WatchedAgent } from "./run-log";
import type { Runner } from "./runners/runner";
import type { Sandboxes } from "./sandbox/sandbox";
import { readOn } from "./watch-agent";

export type RunObjectDeps = {
  clock: Clock;
  sandboxes(): Sandboxes;
  runner(name: RunnerName): Runner;
  runBudgetMicroUsd: number;
  /** The installation's secrets, which no log may tell. */
  secrets: readonly string[];
};

const LOOK_EVERY_MS = 1_000;
const REPLAY_PAGE = 500;

/** The run's own object: its log, its sockets, its cap on money, and the eye on its agent. Thin. */
export function createRunObject<E>(makeDeps: (env: E) => RunObjectDeps) {
  return class extends DurableObject<E> {
    readonly #deps = makeDeps(this.env);
    readonly #tables = new RunTables(this.ctx.storage, this.#deps.secrets);

    async append(events: NewRunEvent[]): Promise<void> {
      const stored = this.#tables.append(events, this.#deps.clock());
      for (const event of stored) this.#send(event);
    }

    async page(from: number, limit: number): Promise<RunEventPage> {
      return this.#tables.page(from, limit);
    }

    async lastLines(limit: number): Promise<string> {
      return this.#tables.tail(limit).map(eventLine).join("\n");
    }

    async limit(limits: RunLimits): Promise<void> {
      this.#tables.limit(limits);
    }

    /** Looks at once, and from then on every second by the object's alarm. */
    async watch(watched: WatchedAgent): Promise<void> {
      this.#tables.watch(watched, this.#deps.clock());
      await this.ctx.storage.setAlarm(this.#deps.clock());
    }

    async unwatch(): Promise<void> {
      this.#tables.unwatch(this.#deps.clock());
    }

    async use(): Promise<RunUse> {
      return this.#tables.use(this.#deps.clock());
    }

    async refuse(reason: NonNullable<RunUse["refused"]>): Promise<void> {
      this.#tables.refuse(reason);
    }

    async watchedExit(): Promise<number | null> {
      return this.#tables.watchedExit();
    }

    async reserve(microUsd: number): Promise<boolean> {
      return this.#tables.reserve(microUsd, this.#deps.runBudgetMicroUsd);
    }

    async settle(differenceMicroUsd: number, used: TokenCount = NO_TOKENS): Promise<void> {
      this.#tables.settle(differenceMicroUsd, used);
    }

    async tokens(): Promise<TokenCount> {
      return this.#tables.tokens();
    }

    async spent(): Promise<number> {
      return this.#tables.spent();
    }

    async useFallback(): Promise<void> {
      this.#tables.useFallback();
    }

    async usesFallback(): Promise<boolean> {
      return this.#tables.usesFallback();
    }

    override async alarm(): Promise<void> {
      const watched = this.#tables.watched();
      if (!watched) return;
      try {
        const sandbox = await this.#deps.sandboxes().connect(watched.sandboxId);
        const runner = this.#deps.runner(watched.runner as RunnerName);
        const read = await readOn(sandbox, watched, runner);
        this.#tables.readOn(watched, read.offset, read.exitCode, this.#deps.clock());
        await this.append(read.events);
        if (read.exitCode !== null) return;
      } catch (error) {
        // The Workflow sees a lost sandbox by itself; the eye just looks again.
        logFailure("watch_failed", error);
      }
      await this.ctx.storage.setAlarm(this.#deps.clock() + LOOK_EVERY_MS);
    }

    /** The live log: everything from `?from=` on, and then what comes. A hibernating WebSocket. */
    override async fetch(request: Request): Promise<Response> {
      if (request.headers.get("upgrade") !== "websocket")
        return new Response(null, { status: 426 });
      const { 0: client, 1: server } = new WebSocketPair();
      this.ctx.acceptWebSocket(server);
      this.#replay(server, Number(new URL(request.url).searchParams.get("from") ?? 1) || 1);
      return new Response(null, { status: 101, webSocket: client });
    }

    override async webSocketMessage(): Promise<void> {
      // The log is one way; what a client says is not read.
    }

    override async webSocketClose(socket: WebSocket, code: number): Promise<void> {
      // 1005 and 1006 may be received but not sent (RFC 6455 §7.4.1).
      socket.close(code === 1005 || code === 1006 ? 1000 : code);
    }

    /** Synchronous, so that no event comes between the replay and what follows it. */
    #replay(socket: WebSocket, from: number): void {
      for (let next = from; ;) {
        const page = this.#tables.page(next, REPLAY_PAGE);
        for (const event of page.events) socket.send(messageOf(event));
        if (page.events.length < REPLAY_PAGE) return;
        next = page.nextFrom;
      }
    }

    #send(event: RunEvent): void {
      for (const socket of this.ctx.getWebSockets()) {
        try {
          socket.send(messageOf(event));
        } catch {
          socket.close(1011, "could not send");
        }
      }
    }
  };
}

function messageOf(event: RunEvent): string {
  return JSON.stringify({ event: { ...event, at: new Date(event.at).toISOString() } });
}
