import { fingerprintOf } from "../../worker/domain/fingerprint";
import type { GroupingSettings } from "../../worker/domain/grouping";
import type { ClusterRow } from "../../worker/store/clusters";
import type { FeedbackRow } from "../../worker/store/feedback";
import type { MemberRow } from "../../worker/store/placement";
import type { DecisionToInsert } from "../../worker/store/grouping";
import { inTurns } from "../../worker/kit/turns";
import { assignSteps } from "../../worker/triage/assign";
import type { Embedder } from "../../worker/triage/embedders/embedder";
import type { IdfTable } from "../../worker/triage/embedders/lexical/idf";
import { loadProblem } from "../../worker/triage/load-problem";
import { embedBatch, Neighbourhood } from "../../worker/triage/neighbourhood";
import { planWrites, type PlannedWrites } from "../../worker/triage/plan-writes";
import type { LabelledReport } from "./dataset";
import { MemoryTables } from "./memory-tables";

export type ProjectSettings = {
  grouping: GroupingSettings;
  embedder: Embedder;
  idf: IdfTable | null;
};

/**
 * A project whose record is this process's memory instead of D1 and the object's SQLite. Everything that is decided, is
 * decided by the product's own functions: fingerprint, embedding, near pairs, what hangs together, `assign`, ledger.
 */
export class EvalProject {
  readonly tables = new MemoryTables();
  readonly ledger: DecisionToInsert[] = [];
  private readonly rows = new Map<string, FeedbackRow>();
  private readonly byCluster = new Map<string, Set<string>>();
  private readonly byFingerprint = new Map<string, Set<string>>();
  private readonly clusters = new Map<string, ClusterRow>();
  private readonly dates = { first: Infinity, last: -Infinity };
  private revision = 0;

  private constructor(
    private readonly settings: ProjectSettings,
    private readonly neighbourhood: Neighbourhood,
  ) {}

  static async open(settings: ProjectSettings): Promise<EvalProject> {
    const project: EvalProject = new EvalProject(settings, undefined as never);
    const neighbourhood = await Neighbourhood.open(project.tables, settings.embedder, null);
    return Object.assign(project, { neighbourhood });
  }

  /** Embeds one batch; it may be placed in the same batch or in smaller ones. */
  async embed(reports: readonly LabelledReport[]): Promise<void> {
    const rows = reports.map(toRow);
    for (const row of rows) {
      this.rows.set(row.id, row);
      this.dates.first = Math.min(this.dates.first, row.createdAt || Infinity);
      this.dates.last = Math.max(this.dates.last, row.createdAt || -Infinity);
      if (row.fingerprint) addTo(this.byFingerprint, row.fingerprint, row.id);
    }
    await embedBatch({ ...this.settings, neighbourhood: this.neighbourhood }, rows);
  }

  async place(ids: readonly string[]): Promise<void> {
    const rows = ids.map((id) => this.rows.get(id)!);
    const deps = { ...this.settings, neighbourhood: this.neighbourhood };
    const { input, members } = await loadProblem(deps, rows, {
      members: async (by) => this.find(by),
      clusters: async (asked) => asked.map((id) => this.clusters.get(id)!),
      spanMs: async () => Math.max(0, this.dates.last - this.dates.first),
    });
    this.revision += 1;
    const plan = await planWrites(
      {
        ...this.settings,
        clock: () => this.revision,
        jobId: "eval",
        actor: "system:brain",
        reports: async (asked) => asked.map((id) => this.rows.get(id)!),
      },
      { rows, members, result: await inTurns(assignSteps(input)), revision: this.revision },
    );
    this.apply(plan);
  }

  /** The cluster of each report. */
  labels(): Map<string, string> {
    return new Map([...this.rows].map(([id, row]) => [id, row.clusterId!]));
  }

  private find(by: { ids: string[]; fingerprints: string[]; clusterIds: string[] }): MemberRow[] {
    const ids = new Set(by.ids);
    for (const one of by.fingerprints)
      for (const id of this.byFingerprint.get(one) ?? []) ids.add(id);
    for (const one of by.clusterIds) for (const id of this.byCluster.get(one) ?? []) ids.add(id);
    return [...ids].map((id) => this.rows.get(id)!);
  }

  private apply(plan: PlannedWrites): void {
    for (const { id } of plan.newClusters) {
      const row = { id, status: "new", touchedAt: null, createdAt: this.revision };
      this.clusters.set(id, row as ClusterRow);
    }
    for (const { feedbackId, clusterId } of plan.placements) {
      const row = this.rows.get(feedbackId)!;
      if (row.clusterId) this.byCluster.get(row.clusterId)!.delete(feedbackId);
      this.rows.set(feedbackId, { ...row, clusterId });
      addTo(this.byCluster, clusterId, feedbackId);
    }
    for (const { from } of plan.merges) this.clusters.delete(from);
    for (const id of plan.affected) {
      const row = this.clusters.get(id);
      if (row) this.clusters.set(id, { ...row, itemCount: this.byCluster.get(id)?.size ?? 0 });
    }
    this.ledger.push(...plan.decisions);
  }
}

function toRow({ id, title, body, crash, source, createdAt }: LabelledReport): FeedbackRow {
  const metadata = crash ? { crash } : {};
  const fingerprint = fingerprintOf(metadata);
  const row = { id, title, body, source, metadata, fingerprint };
  const times = { createdAt, receivedAt: createdAt, updatedAt: createdAt };
  return { ...row, ...times, clusterId: null, unclustered: true, state: "open" } as FeedbackRow;
}

function addTo(map: Map<string, Set<string>>, key: string, value: string): void {
  const set = map.get(key);
  if (set) set.add(value);
  else map.set(key, new Set([value]));
}
