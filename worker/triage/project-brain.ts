import type { GroupingSettings } from "../domain/grouping";
import type { Clock } from "../kit/clock";
import { listUndescribed } from "../store/clusters";
import type { Db } from "../store/db";
import { findFeedbackByIds } from "../store/feedback";
import type { MemberRow } from "../store/placement";
import { findProject } from "../store/projects";
import { groupingOf } from "./deps";
import { describeChanged } from "./describe-clusters";
import type { Embedder } from "./embedders/embedder";
import { emptyIdfTable, type IdfTable } from "./embedders/lexical/idf";
import { askJudge, type AskDeps } from "./judges/ask-judge";
import type { Judge } from "./judges/judge";
import { lookAlike, type Likeness } from "./look-alike";
import { embedderKeyOf, Neighbourhood } from "./neighbourhood";
import { placeBatch, type PlaceDeps, type PlacedBatch } from "./place-batch";
import type { SqliteVectors } from "./sqlite-vectors";
import type { Summarizer } from "./summarizers/summarizer";
import type { VectorIndex } from "./vectors/vector-index";

/** What a project's brain needs from outside. */
export type BrainDeps = {
  db: Db;
  clock: Clock;
  grouping: GroupingSettings;
  /** The embedder that is set up. `table` is used by the lexical one. */
  embedder(table: IdfTable): { embedder: Embedder; learns: boolean };
  outsideIndex(namespace: string): VectorIndex | null;
  /** The third tier's model; null: none is set up, and sparse features alone look again. */
  judge: Judge | null;
  summarizer: Summarizer;
  fallbackSummarizer: Summarizer;
};

/** The budget that a project's models are paid from. */
export type Budget = Pick<AskDeps, "reserve" | "settle">;

/** What is in memory of a project. */
export type OpenBrain = { embedder: Embedder; neighbourhood: Neighbourhood; idf: IdfTable | null };

const BATCH_ITEMS = 100;

/** What the project's object thinks with: vectors and word counts, loaded when they are first needed. */
export class ProjectBrain {
  #open: Promise<OpenBrain> | null = null;
  #key: string | null = null;

  constructor(
    private readonly deps: BrainDeps,
    private readonly vectors: SqliteVectors,
    private readonly budget: Budget,
  ) {}

  /** `name:version` of the embedder at work. */
  get key(): string {
    this.#key ??= embedderKeyOf(this.deps.embedder(emptyIdfTable()).embedder);
    return this.#key;
  }

  open(projectId: string): Promise<OpenBrain> {
    this.#open ??= this.#load(projectId);
    return this.#open;
  }

  /** What is in memory is loaded again when it is next needed. */
  close(): void {
    this.#open = null;
  }

  /** Items that were deleted: their vectors and pairs go too. */
  async forget(projectId: string, ids: string[]): Promise<void> {
    await (await this.open(projectId)).neighbourhood.forget(ids);
  }

  /** Everything of the project goes, here and in the outside index. */
  async forgetAll(projectId: string): Promise<void> {
    for (const ids of this.vectors.idPages(1_000)) await this.forget(projectId, ids);
    this.close();
  }

  /** How alike these reports of one cluster are, by the stored vectors. */
  async lookAlike(projectId: string, rows: MemberRow[]): Promise<Likeness> {
    const { db, grouping } = this.deps;
    const project = await findProject(db, projectId);
    const brain = await this.open(projectId);
    return lookAlike({ db, projectId, grouping: groupingOf(grouping, project), ...brain }, rows);
  }

  /** Places the next batch, and describes what has changed. */
  async placeNext(projectId: string, jobId: string): Promise<PlacedBatch> {
    const { db, clock, summarizer, fallbackSummarizer: fallback } = this.deps;
    const project = await findProject(db, projectId);
    const grouping = groupingOf(this.deps.grouping, project);
    const brain = await this.open(projectId);
    const { neighbourhood } = brain;
    try {
      const placed = await placeBatch(
        { db, clock, projectId, jobId, grouping, ...brain, askJudge: this.#askJudge(projectId) },
        BATCH_ITEMS,
      );
      const due = placed.placed > 0 ? placed.changedClusters : await listUndescribed(db, projectId);
      await describeChanged({ db, clock, projectId, neighbourhood, summarizer, fallback }, due);
      return placed;
    } catch (error) {
      // What is in memory may be ahead of what was stored: begin again from the tables.
      this.close();
      throw error;
    }
  }

  /** Asks the judge within today's budget, and stores what it says before anybody acts on it. */
  #askJudge(projectId: string): PlaceDeps["askJudge"] {
    const { db, judge } = this.deps;
    if (!judge) return null;
    const ask: AskDeps = {
      judge,
      reports: async (ids) => {
        const rows = await findFeedbackByIds(db, projectId, ids);
        return new Map(
          rows.map((row) => [row.id, { ...row, crash: row.metadata.crash ?? null }] as const),
        );
      },
      ...this.budget,
    };
    return async (questions) => {
      const verdicts = await askJudge(ask, questions);
      this.vectors.saveVerdicts(`${judge.name}:${judge.version}`, verdicts);
      return verdicts;
    };
  }

  async #load(projectId: string): Promise<OpenBrain> {
    const table = this.vectors.loadIdf();
    const { embedder, learns } = this.deps.embedder(table);
    const outside = this.deps.outsideIndex(`${projectId}:${embedderKeyOf(embedder)}`);
    const neighbourhood = await Neighbourhood.open(this.vectors, embedder, outside);
    return { embedder, neighbourhood, idf: learns ? table : null };
  }
}
