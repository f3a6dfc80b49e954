import { DurableObject } from "cloudflare:workers";
import type { ReplaySettings } from "../domain/replay";
import { Gate } from "../kit/gate";
import { logFailure } from "../kit/log";
import type { MemberRow } from "../store/placement";
import { announcementAlarm, backOffMs, dropJob, ensureJob, WATCHDOG_MS } from "./cluster-job";
import type { ObjectStatus } from "./deps";
import { JobTables } from "./job-tables";
import { closingCode, LiveFeed, type LiveEvent } from "./live-feed";
import type { Likeness } from "./look-alike";
import { nextSlice } from "./next-slice";
import { migrateObject, wipeObject } from "./object-schema";
import { ProjectBrain, type BrainDeps } from "./project-brain";
import { startReembed } from "./reembed-job";
import { ReembedTables } from "./reembed-tables";
import { MOST_MOVES } from "./replay";
import { startReplay } from "./replay-job";
import { ReplayTables, type ReplayMove } from "./replay-tables";
import { SpendTable, type Reservation } from "./spend-table";
import { SqliteVectors } from "./sqlite-vectors";

/** What the project's object needs; filled by `deps.ts`, since Cloudflare constructs it with `(ctx, env)` only. */
export type ProjectObjectDeps = BrainDeps & { dailyBudgetMicroUsd: number };

/** The project's brain. Thin: what it does is in `next-slice.ts` (its work) and `project-brain.ts` (its memory). */
export function createProjectObject<E>(makeDeps: (env: E) => ProjectObjectDeps) {
  return class extends DurableObject<E> {
    readonly #deps = makeDeps(this.env);
    /** An object is not serial across `await`: changes of membership, jobs' and people's, go one by one through here. */
    readonly #gate = new Gate();
    readonly #feed = new LiveFeed(this.ctx);
    readonly #jobs = new JobTables(this.ctx.storage);
    readonly #replays = new ReplayTables(this.ctx.storage);
    readonly #reembeds = new ReembedTables(this.ctx.storage);
    readonly #spend: SpendTable;
    readonly #brain: ProjectBrain;

    constructor(ctx: DurableObjectState, env: E) {
      super(ctx, env);
      migrateObject(ctx.storage);
      this.#spend = new SpendTable(ctx.storage, this.#deps);
      this.#brain = new ProjectBrain(this.#deps, new SqliteVectors(ctx.storage), this.#spend);
    }

    /**
     * There is something to place. Returns at once; a job starts about a second after the last announcement. What is stored
     * before the time that this answers (epoch milliseconds; 0: none) needs no announcement of its own.
     */
    async announce(projectId: string): Promise<number> {
      this.#jobs.setProjectId(projectId);
      const now = this.#deps.clock();
      const first = this.#jobs.announce(now);
      if (this.#jobs.job()) {
        await this.#wakeUnlessAwake();
        return 0;
      }
      const alarm = announcementAlarm(now, first);
      this.#jobs.promise(alarm);
      await this.ctx.storage.setAlarm(alarm);
      return alarm;
    }

    /** Starts a job now, or answers the one that is running. */
    async startJob(projectId: string): Promise<string> {
      this.#jobs.setProjectId(projectId);
      const running = this.#jobs.job();
      if (running) {
        await this.#wakeUnlessAwake();
        return running.id;
      }
      const job = await ensureJob({ ...this.#deps, projectId, tables: this.#jobs });
      this.#feed.send({ kind: "cluster_job", id: job.id, status: "pending" });
      await this.#wake();
      return job.id;
    }

    /** Begins to decide everything anew by these settings: to see what would change, or to do it (`replay-job.ts`). */
    async startReplay(
      projectId: string,
      kind: "what_if" | "recluster",
      settings: ReplaySettings,
    ): Promise<{ id: string; begun: boolean }> {
      this.#jobs.setProjectId(projectId);
      const deps = { ...this.#deps, projectId, tables: this.#replays };
      const started = await startReplay(deps, kind, settings);
      if (started.begun)
        this.#feed.send({ kind: "cluster_job", id: started.id, status: "pending" });
      await this.#wake();
      return started;
    }

    /** Begins to embed what another embedder has read (`reembed-job.ts`), or answers the job that does so. */
    async startReembed(projectId: string): Promise<string> {
      this.#jobs.setProjectId(projectId);
      const key = await this.#brain.key(projectId);
      const id = await startReembed({ ...this.#deps, projectId, tables: this.#reembeds, key });
      await this.#wake();
      return id;
    }

    /** A person has cancelled a job, of whatever kind. The caller holds the gate. */
    async dropJob(id: string): Promise<void> {
      const { clock } = this.#deps;
      if (this.#jobs.job()?.id === id) dropJob({ clock, tables: this.#jobs });
      if (this.#replays.replay()?.id === id) this.#replays.end();
      if (this.#reembeds.job()?.id === id) this.#reembeds.setJob(null);
      this.#feed.send({ kind: "cluster_job", id, status: "cancelled" });
    }

    /** How alike these reports of one cluster are, by the stored vectors. */
    async lookAlike(projectId: string, rows: MemberRow[]): Promise<Likeness> {
      return this.#brain.lookAlike(projectId, rows);
    }

    /** What a preview found, to be applied; null when a newer one took its place. */
    async replayFound(
      projectId: string,
      id: string,
    ): Promise<{ moves: ReplayMove[]; embedderVersion: string } | null> {
      const replay = this.#replays.replay();
      if (replay?.id !== id || !replay.ended) return null;
      const embedderVersion = await this.#brain.key(projectId);
      return { moves: this.#replays.allMoves(MOST_MOVES + 1), embedderVersion };
    }

    async jobStatus(projectId: string): Promise<ObjectStatus> {
      const embedder = await this.#brain.key(projectId);
      return {
        announced: this.#jobs.announcedAt() !== null,
        runningJobId: this.#jobs.job()?.id ?? null,
        embedder,
        readByOthers: this.#reembeds.readByOthers(embedder),
      };
    }

    /** Calls a person's change back while nothing else changes who is where. Jobs wait for it, and it for them. */
    async hold(work: () => Promise<void>): Promise<void> {
      await this.#gate.enter(() => work());
    }

    /** Items that were deleted: their vectors and pairs go too. */
    async forget(feedbackIds: string[]): Promise<void> {
      const projectId = this.#jobs.projectId() ?? "";
      await this.#gate.enter(() => this.#brain.forget(projectId, feedbackIds));
    }

    /** The project is deleted: nothing of it stays here or in the outside index. */
    async erase(): Promise<void> {
      const projectId = this.#jobs.projectId() ?? "";
      await this.#gate.enter(async () => {
        await this.#brain.forgetAll(projectId);
        this.#feed.end();
        await this.ctx.storage.deleteAlarm();
        wipeObject(this.ctx.storage);
      });
    }

    /** Reserves money for a model call on today's budget of the project; settle it when the price is known. */
    async reserve(microUsd: number): Promise<Reservation> {
      return this.#spend.reserve(microUsd);
    }

    /** Corrects a reservation by the difference to the true price (negative when it was cheaper). */
    async settle(differenceMicroUsd: number): Promise<void> {
      await this.#spend.settle(differenceMicroUsd);
    }

    /** Tells every open dashboard. */
    async broadcast(event: LiveEvent): Promise<void> {
      this.#feed.send(event);
    }

    /** The live feed: a hibernating WebSocket. */
    override async fetch(request: Request): Promise<Response> {
      return this.#feed.join(request);
    }

    override async webSocketMessage(): Promise<void> {
      // The feed is one way; what a client says is not read.
    }

    override async webSocketClose(socket: WebSocket, code: number): Promise<void> {
      socket.close(closingCode(code));
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

    #slice() {
      return nextSlice({
        jobs: this.#jobs,
        replays: this.#replays,
        reembeds: this.#reembeds,
        brain: this.#brain,
        feed: this.#feed,
        deps: this.#deps,
      });
    }

    async #wake(): Promise<void> {
      await this.ctx.storage.setAlarm(this.#deps.clock());
    }

    async #wakeUnlessAwake(): Promise<void> {
      if ((await this.ctx.storage.getAlarm()) === null) await this.#wake();
    }
  };
}
