import { DurableObject } from "cloudflare:workers";
import type { GroupingSettings } from "../domain/grouping";
import type { ReplaySettings } from "../domain/replay";
import type { Clock } from "../kit/clock";
import { Gate } from "../kit/gate";
import { logFailure } from "../kit/log";
import type { Db } from "../store/db";
import { listUndescribed } from "../store/clusters";
import { findFeedbackByIds } from "../store/feedback";
import { type MemberRow } from "../store/placement";
import { findProject } from "../store/projects";
import {
  announcementAlarm,
  backOffMs,
  ensureJob,
  runSlice,
  WATCHDOG_MS,
  type JobDeps,
} from "./cluster-job";
import { groupingOf, type ObjectStatus } from "./deps";
import { describeChanged } from "./describe-clusters";
import type { Embedder } from "./embedders/embedder";
import { emptyIdfTable, type IdfTable } from "./embedders/lexical/idf";
import { embedderKeyOf, Neighbourhood } from "./neighbourhood";
import { lookAlike, type Likeness } from "./look-alike";
import { ObjectTables } from "./object-tables";
import { MOST_MOVES } from "./replay";
import { runReplay, startReplay } from "./replay-job";
import { runReembed, startReembed } from "./reembed-job";
import { ReembedTables } from "./reembed-tables";
import { ReplayTables, type ReplayMove } from "./replay-tables";
import { askJudge, type AskDeps } from "./judges/ask-judge";
import type { Judge } from "./judges/judge";
import { placeBatch, type PlaceDeps, type PlacedBatch } from "./place-batch";
import type { Summarizer } from "./summarizers/summarizer";
import type { VectorIndex } from "./vectors/vector-index";

/** What the project's object needs; filled by `deps.ts`, since Cloudflare constructs it with `(ctx, env)` only. */
export type ProjectObjectDeps = {
  db: Db;
  clock: Clock;
  grouping: GroupingSettings;
  dailyBudgetMicroUsd: number;
  /** The embedder that is set up. `table` is used by the lexical one. */
  embedder(table: IdfTable): { embedder: Embedder; learns: boolean };
  outsideIndex(namespace: string): VectorIndex | null;
  /** The third tier's model; null: none is set up, and sparse features alone look again. */
  judge: Judge | null;
  summarizer: Summarizer;
  fallbackSummarizer: Summarizer;
};

/** What goes out to the dashboard's sockets: something changed, look again. Never report text. */
export type LiveEvent = {
  kind: "cluster_job" | "clusters" | "run";
  id: string;
  status: string | null;
};

export type Reservation = { granted: true } | { granted: false; spentMicroUsd: number };

const BATCH_ITEMS = 100;

/** The project's brain. Thin: what it does is in `cluster-job.ts`, `place-batch.ts` and `neighbourhood.ts`. */
export function createProjectObject<E>(makeDeps: (env: E) => ProjectObjectDeps) {
  return class extends DurableObject<E> {
    readonly #deps = makeDeps(this.env);
    readonly #tables = new ObjectTables(this.ctx.storage);
    readonly #replays = new ReplayTables(this.ctx.storage);
    readonly #reembeds = new ReembedTables(this.ctx.storage);
    /** An object is not serial across `await`: changes of membership, jobs' and people's, go one by one through here. */
    readonly #gate = new Gate();
    #brain: Promise<Brain> | null = null;
    #key: string | null = null;

    /**
     * There is something to place. Returns at once; a job starts about a second after the last announcement. What is stored
     * before the time that this answers (epoch milliseconds; 0: none) needs no announcement of its own.
     */
    async announce(projectId: string): Promise<number> {
      this.#tables.setProjectId(projectId);
      const now = this.#deps.clock();
      const first = this.#tables.announce(now);
      if (this.#tables.job()) {
        if ((await this.ctx.storage.getAlarm()) === null) await this.ctx.storage.setAlarm(now);
        return 0;
      }
      const alarm = announcementAlarm(now, first);
      this.#tables.promise(alarm);
      await this.ctx.storage.setAlarm(alarm);
      return alarm;
    }

    /** Starts a job now, or answers the one that is running. */
    async startJob(projectId: string): Promise<string> {
      this.#tables.setProjectId(projectId);
      const running = this.#tables.job();
      if (running) {
        if ((await this.ctx.storage.getAlarm()) === null)
          await this.ctx.storage.setAlarm(this.#deps.clock());
        return running.id;
      }
      const job = await ensureJob({ ...this.#deps, projectId, tables: this.#tables });
      await this.ctx.storage.setAlarm(this.#deps.clock());
      return job.id;
    }

    /** Begins to decide everything anew by these settings: to see what would change, or to do it (`replay-job.ts`). */
    async startReplay(
      projectId: string,
      kind: "what_if" | "recluster",
      settings: ReplaySettings,
    ): Promise<{ id: string; begun: boolean }> {
      this.#tables.setProjectId(projectId);
      const started = await startReplay(
        { ...this.#deps, projectId, tables: this.#replays },
        kind,
        settings,
      );
      await this.ctx.storage.setAlarm(this.#deps.clock());
      return started;
    }

    /** Begins to embed what another embedder has read (`reembed-job.ts`), or answers the job that does so. */
    async startReembed(projectId: string): Promise<string> {
      this.#tables.setProjectId(projectId);
      const id = await startReembed({
        ...this.#deps,
        projectId,
        tables: this.#reembeds,
        key: this.#embedderKey(),
      });
      await this.ctx.storage.setAlarm(this.#deps.clock());
      return id;
    }

    /** How alike these reports of one cluster are, by the stored vectors. */
    async lookAlike(projectId: string, rows: MemberRow[]): Promise<Likeness> {
      const { db, grouping } = this.#deps;
      const project = await findProject(db, projectId);
      const brain = await this.#openBrain();
      return lookAlike({ db, projectId, grouping: groupingOf(grouping, project), ...brain }, rows);
    }

    /** What a preview found, to be applied; null when a newer one took its place. */
    async replayFound(
      id: string,
    ): Promise<{ moves: ReplayMove[]; embedderVersion: string } | null> {
      const replay = this.#replays.replay();
      if (replay?.id !== id || !replay.ended) return null;
      const { embedder } = await this.#openBrain();
      return {
        moves: this.#replays.allMoves(MOST_MOVES + 1),
        embedderVersion: embedderKeyOf(embedder),
      };
    }

    async jobStatus(): Promise<ObjectStatus> {
      return {
        announced: this.#tables.announcedAt() !== null,
        runningJobId: this.#tables.job()?.id ?? null,
        embedder: this.#embedderKey(),
        readByOthers: this.#reembeds.readByOthers(this.#embedderKey()),
      };
    }

    #embedderKey(): string {
      this.#key ??= embedderKeyOf(this.#deps.embedder(emptyIdfTable()).embedder);
      return this.#key;
    }

    /** Calls a person's change back while nothing else changes who is where. Jobs wait for it, and it for them. */
    async hold(work: () => Promise<void>): Promise<void> {
      await this.#gate.enter(() => work());
    }

    /** Items that were deleted: their vectors and pairs go too. */
    async forget(feedbackIds: string[]): Promise<void> {
      await this.#gate.enter(async () =>
        (await this.#openBrain()).neighbourhood.forget(feedbackIds),
      );
    }

    /** The project is deleted: nothing of it stays here or in the outside index. */
    async erase(): Promise<void> {
      await this.#gate.enter(async () => {
        const brain = await this.#openBrain();
        for (const ids of this.#tables.idPages(1_000)) await brain.neighbourhood.forget(ids);
        for (const socket of this.ctx.getWebSockets()) socket.close(1000, "project deleted");
        await this.ctx.storage.deleteAlarm();
        this.#tables.wipe();
        this.#brain = null;
      });
    }

    /** Reserves money for a model call on today's budget of the project; settle it when the price is known. */
    async reserve(microUsd: number): Promise<Reservation> {
      const day = this.#today();
      const spentMicroUsd = this.#tables.spentOn(day);
      if (spentMicroUsd + microUsd > this.#deps.dailyBudgetMicroUsd)
        return { granted: false, spentMicroUsd };
      this.#tables.addSpend(day, microUsd);
      return { granted: true };
    }

    /** Corrects a reservation by the difference to the true price (negative when it was cheaper). */
    async settle(differenceMicroUsd: number): Promise<void> {
      this.#tables.addSpend(this.#today(), differenceMicroUsd);
    }

    /** Tells every open dashboard. */
    async broadcast(event: LiveEvent): Promise<void> {
      this.#send(event);
    }

    /** The live feed: a hibernating WebSocket. */
    override async fetch(request: Request): Promise<Response> {
      if (request.headers.get("upgrade") !== "websocket")
        return new Response(null, { status: 426 });
      const { 0: client, 1: server } = new WebSocketPair();
      this.ctx.acceptWebSocket(server);
      return new Response(null, { status: 101, webSocket: client });
    }

    override async webSocketMessage(): Promise<void> {
      // The feed is one way; what a client says is not read.
    }

    override async webSocketClose(socket: WebSocket, code: number): Promise<void> {
      // 1005 and 1006 may be received but not sent (RFC 6455 §7.4.1).
      socket.close(code === 1005 || code === 1006 ? 1000 : code);
    }

    override async alarm(): Promise<void> {
      await this.ctx.storage.setAlarm(this.#deps.clock() + WATCHDOG_MS);
      const next = await this.#gate
        .enter(() => this.#slice())
        .catch((error: unknown) => {
          logFailure("project_alarm_failed", error);
          return backOffMs(1);
        });
      if (next === null) await this.ctx.storage.deleteAlarm();
      else await this.ctx.storage.setAlarm(this.#deps.clock() + next);
    }

    async #slice() {
      const projectId = this.#tables.projectId();
      if (!projectId) return null;
      const deps: JobDeps = {
        db: this.#deps.db,
        clock: this.#deps.clock,
        projectId,
        tables: this.#tables,
        placeNext: (jobId) => this.#placeNext(projectId, jobId),
        broadcast: (event) => this.#send(event),
      };
      // An alarm that came for a replay does not hurry an announcement: more reports may follow it.
      const wait = this.#tables.job() ? 0 : this.#tables.promisedUntil() - this.#deps.clock();
      const next = wait > 0 ? wait : await runSlice(deps);
      // What waits to be placed comes first.
      if (next === 0) return next;
      const later = (await this.#reembedSlice(projectId)) ?? (await this.#replaySlice(projectId));
      return next === null || later === null ? (next ?? later) : Math.min(next, later);
    }

    async #reembedSlice(projectId: string): Promise<number | null> {
      const job = this.#reembeds.job();
      if (!job) return null;
      const { db, clock, outsideIndex } = this.#deps;
      const next = await runReembed({
        db,
        clock,
        projectId,
        tables: this.#reembeds,
        key: this.#embedderKey(),
        brain: () => this.#openBrain(),
        forgetBrain: () => {
          this.#brain = null;
        },
        outside: (embedder) => outsideIndex(`${projectId}:${embedder}`),
      });
      this.#send({ kind: "cluster_job", id: job.id, status: next === null ? null : "running" });
      return next;
    }

    async #replaySlice(projectId: string): Promise<number | null> {
      const replay = this.#replays.replay();
      if (!replay || replay.ended) return null;
      const { db, clock, grouping } = this.#deps;
      const project = await findProject(db, projectId);
      const next = await runReplay({
        db,
        clock,
        projectId,
        grouping: groupingOf(grouping, project),
        tables: this.#replays,
        ...(await this.#openBrain()),
      });
      this.#send({ kind: "cluster_job", id: replay.id, status: next === null ? null : "running" });
      if (next === null) {
        if (replay.kind === "recluster") this.#tables.announce(clock());
      }
      return next ?? (replay.kind === "recluster" ? 0 : null);
    }

    async #placeNext(projectId: string, jobId: string): Promise<PlacedBatch> {
      const { db, clock } = this.#deps;
      const project = await findProject(db, projectId);
      const brain = await this.#openBrain();
      const { embedder, neighbourhood, idf } = brain;
      try {
        const placed = await placeBatch(
          {
            db,
            clock,
            projectId,
            jobId,
            grouping: groupingOf(this.#deps.grouping, project),
            embedder,
            neighbourhood,
            idf,
            askJudge: this.#askJudge(projectId),
          },
          BATCH_ITEMS,
        );
        const { summarizer, fallbackSummarizer: fallback } = this.#deps;
        const describe = { db, clock, projectId, neighbourhood, summarizer, fallback };
        const due =
          placed.placed > 0 ? placed.changedClusters : await listUndescribed(db, projectId);
        await describeChanged(describe, due);
        return placed;
      } catch (error) {
        // What is in memory may be ahead of what was stored: begin again from the tables.
        this.#brain = null;
        throw error;
      }
    }

    /** Asks the judge within today's budget, and stores what it says before anybody acts on it. */
    #askJudge(projectId: string): PlaceDeps["askJudge"] {
      const { db, judge } = this.#deps;
      if (!judge) return null;
      const ask: AskDeps = {
        judge,
        reports: async (ids) => {
          const rows = await findFeedbackByIds(db, projectId, ids);
          return new Map(
            rows.map((row) => [row.id, { ...row, crash: row.metadata.crash ?? null }] as const),
          );
        },
        reserve: (microUsd) => this.reserve(microUsd),
        settle: (difference) => this.settle(difference),
      };
      return async (questions) => {
        const verdicts = await askJudge(ask, questions);
        this.#tables.saveVerdicts(`${judge.name}:${judge.version}`, verdicts);
        return verdicts;
      };
    }

    #openBrain(): Promise<Brain> {
      this.#brain ??= this.#makeBrain();
      return this.#brain;
    }

    async #makeBrain(): Promise<Brain> {
      const projectId = this.#tables.projectId() ?? "";
      const table = this.#tables.loadIdf();
      const { embedder, learns } = this.#deps.embedder(table);
      const outside = this.#deps.outsideIndex(`${projectId}:${embedderKeyOf(embedder)}`);
      const neighbourhood = await Neighbourhood.open(this.#tables, embedder, outside);
      return { embedder, neighbourhood, idf: learns ? table : null };
    }

    #send(event: LiveEvent): void {
      const text = JSON.stringify(event);
      for (const socket of this.ctx.getWebSockets()) {
        try {
          socket.send(text);
        } catch {
          socket.close(1011, "could not send");
        }
      }
    }

    #today(): string {
      return new Date(this.#deps.clock()).toISOString().slice(0, 10);
    }
  };
}

type Brain = { embedder: Embedder; neighbourhood: Neighbourhood; idf: IdfTable | null };
