import type { GroupingSettings } from "../domain/grouping";
import type { ModelChoices } from "../domain/models";
import type { Clock } from "../kit/clock";
import { listUndescribed } from "../store/clusters";
import type { Db } from "../store/db";
import { findFeedbackByIds } from "../store/feedback";
import type { MemberRow } from "../store/placement";
import { findProject } from "../store/projects";
import type { BrainModels } from "./brain-models";
import { groupingOf } from "./deps";
import { describeChanged, summarizeOrFallBack } from "./describe-clusters";
import type { Embedder } from "./embedders/embedder";
import type { IdfTable } from "./embedders/lexical/idf";
import { askJudge, type AskDeps } from "./judges/ask-judge";
import type { Judge } from "./judges/judge";
import { lookAlike, type Likeness } from "./look-alike";
import { Neighbourhood } from "./neighbourhood";
import { placeBatch, type PlaceDeps, type PlacedBatch } from "./place-batch";
import type { SpendTable } from "./spend-table";
import { suggestSplits } from "./suggest-splits";
import type { SqliteVectors } from "./sqlite-vectors";
import type { VectorIndex } from "./vectors/vector-index";

/** The budget that a project's models are paid from. */
export type Budget = Pick<SpendTable, "reserve" | "settle">;

/** What a project's brain needs from outside. */
export type BrainDeps = {
  db: Db;
  clock: Clock;
  grouping: GroupingSettings;
  models(projectId: string, choices: ModelChoices | undefined, budget: Budget): BrainModels;
  outsideIndex(namespace: string): VectorIndex | null;
};

/** What is in memory of a project. */
type Memory = { neighbourhood: Neighbourhood; table: IdfTable };

/** A project's brain, ready to work by its present settings. */
export type OpenBrain = {
  grouping: GroupingSettings;
  models: BrainModels;
  embedder: Embedder;
  neighbourhood: Neighbourhood;
  idf: IdfTable | null;
};

const BATCH_ITEMS = 100;

/** What the project's object thinks with: vectors and word counts, loaded when they are first needed. */
export class ProjectBrain {
  #memory: { key: string; loaded: Promise<Memory> } | null = null;

  constructor(
    private readonly deps: BrainDeps,
    private readonly vectors: SqliteVectors,
    private readonly budget: Budget,
  ) {}

  /** `name:version` of the embedder at work. */
  async key(projectId: string): Promise<string> {
    return (await this.#settings(projectId)).models.embedder.key;
  }

  async open(projectId: string): Promise<OpenBrain> {
    const { grouping, models } = await this.#settings(projectId);
    const { neighbourhood, table } = await this.#remember(projectId, models.embedder);
    const { learns, make } = models.embedder;
    return { grouping, models, embedder: make(table), neighbourhood, idf: learns ? table : null };
  }

  /** What is in memory is loaded again when it is next needed. */
  close(): void {
    this.#memory = null;
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
    return lookAlike({ db: this.deps.db, projectId, ...(await this.open(projectId)) }, rows);
  }

  /** Places the next batch, describes what has changed, and suggests what people may part. */
  async placeNext(projectId: string, jobId: string): Promise<PlacedBatch> {
    const { db, clock } = this.deps;
    const brain = await this.open(projectId);
    const { neighbourhood, models } = brain;
    const askJudge = this.#askJudge(projectId, models.judge);
    try {
      const place = { db, clock, projectId, jobId, ...brain, askJudge };
      const placed = await placeBatch(place, BATCH_ITEMS);
      const due = placed.placed > 0 ? placed.changedClusters : await listUndescribed(db, projectId);
      const summarize = summarizeOrFallBack(models.summarizer, models.fallbackSummarizer);
      await describeChanged({ db, clock, projectId, neighbourhood, summarize }, due);
      await suggestSplits({ db, clock, projectId, ...brain }, placed.changedClusters);
      return placed;
    } catch (error) {
      // What is in memory may be ahead of what was stored: begin again from the tables.
      this.close();
      throw error;
    }
  }

  /** Asks the judge, and stores what it says before anybody acts on it. */
  #askJudge(projectId: string, judge: Judge | null): PlaceDeps["askJudge"] {
    if (!judge) return null;
    const ask: AskDeps = {
      judge,
      reports: async (ids) => {
        const rows = await findFeedbackByIds(this.deps.db, projectId, ids);
        return new Map(
          rows.map((row) => [row.id, { ...row, crash: row.metadata.crash ?? null }] as const),
        );
      },
    };
    return async (questions) => {
      const verdicts = await askJudge(ask, questions);
      this.vectors.saveVerdicts(`${judge.name}:${judge.version}`, verdicts);
      return verdicts;
    };
  }

  async #settings(projectId: string): Promise<Pick<OpenBrain, "grouping" | "models">> {
    const project = await findProject(this.deps.db, projectId);
    const models = this.deps.models(projectId, project?.settings.models, this.budget);
    return { grouping: groupingOf(this.deps.grouping, project), models };
  }

  /** The memory of one embedder; that of another one is forgotten. */
  async #remember(projectId: string, embedder: BrainModels["embedder"]): Promise<Memory> {
    const { key } = embedder;
    if (this.#memory?.key !== key) {
      this.#memory = { key, loaded: this.#load(projectId, embedder) };
    }
    const memory = this.#memory;
    return memory.loaded.catch((error: unknown) => {
      if (this.#memory === memory) this.close();
      throw error;
    });
  }

  async #load(projectId: string, { key, make }: BrainModels["embedder"]): Promise<Memory> {
    const table = this.vectors.loadIdf();
    const outside = this.deps.outsideIndex(`${projectId}:${key}`);
    const neighbourhood = await Neighbourhood.open(this.vectors, make(table), outside);
    return { neighbourhood, table };
  }
}
