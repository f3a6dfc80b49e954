import { DomainError, notFound } from "../domain/errors";
import type { SourceKind } from "../domain/feedback";
import { logEvent } from "../kit/log";
import { runBatch } from "../store/db";
import { addCounts } from "../store/polls";
import { firstProjectIds } from "../store/projects";
import {
  findSourceById,
  listSources,
  noteDelivery,
  noteSourceError,
  type SourceRow,
} from "../store/sources";
import { acceptThrough } from "./accept-through";
import { applyChange } from "./apply-change";
import type { IngestDeps } from "./deps";
import { NO_REPORT_REASONS } from "./sources/github/issue";
import { mapPullRequest } from "./sources/github/map";
import { WEBHOOK_SOURCES, type WebhookKind } from "./sources";
import type { Delivery, Mapped } from "./sources/source";

export type Received = {
  outcome: "stored" | "changed" | "ignored";
  feedback_ids: string[];
  reason: string | null;
};

/**
 * One delivery: find the source → verify over the raw bytes → map → store → announce. Throws `not_found` for an unknown
 * address, `bad_signature`, or `malformed_body` with the path of the first fault; an unknown kind of event is `ignored`.
 */
export async function receiveWebhook(
  deps: IngestDeps,
  source: SourceRow,
  delivery: Delivery,
): Promise<Received> {
  const adapter = WEBHOOK_SOURCES[source.kind as WebhookKind];
  const who = {
    actor: { kind: "webhook" as const, sourceId: source.id, projectId: source.projectId },
    projectId: source.projectId,
    permissions: [],
  };
  if (!(await adapter.verify(delivery, await deps.secretsOf(source)))) {
    await noteError(
      deps,
      source,
      "A delivery was refused: its signature does not match the secret.",
    );
    throw new DomainError("bad_signature", "The signature does not match this source's secret.");
  }
  const mapped = await mapOrNote(deps, source, () => adapter.map(delivery, deps.clock()));
  if (source.kind === "github") {
    const pull = mapPullRequest(delivery);
    if (pull) await deps.notePullRequest(who, pull);
  }
  await runBatch(deps.db, [noteDelivery(deps.db, source.projectId, source.id, deps.clock())]);
  if (mapped.kind === "feedback") {
    const { results, dropped } = await acceptThrough(deps, who, source, mapped.items);
    const ids = results.map((one) => one.id);
    if (ids.length === 0 && dropped) {
      return { outcome: "ignored", feedback_ids: [], reason: `filtered by ${dropped}` };
    }
    const changed = results.length > 0 && results.every((one) => one.status === "updated");
    return { outcome: changed ? "changed" : "stored", feedback_ids: ids, reason: null };
  }
  if (mapped.kind === "change") {
    const known = await applyChange(deps, who, source.kind, mapped.externalId, mapped.change);
    const reason = known ? null : "the report is not known here";
    return { outcome: known ? "changed" : "ignored", feedback_ids: [], reason };
  }
  if (mapped.trouble) await noteTrouble(deps, source, mapped.trouble);
  if (NOT_WANTED.has(mapped.reason)) {
    await runBatch(deps.db, [addCounts(deps.db, source.projectId, source.id, { filtered: 1 })]);
  }
  logEvent("delivery_ignored", {
    source: source.kind,
    source_id: source.id,
    reason: mapped.reason,
  });
  return { outcome: "ignored", feedback_ids: [], reason: mapped.reason };
}

/** Reasons for which an issue is no report: it was read, and not wanted. Other events were never reports. */
const NOT_WANTED: ReadonlySet<string> = new Set(NO_REPORT_REASONS);

/** The source in a webhook address: by id, and of the kind that the address says. */
export async function sourceOfAddress(
  deps: Pick<IngestDeps, "db">,
  kind: SourceKind,
  sourceId: string,
): Promise<SourceRow> {
  const source = await findSourceById(deps.db, sourceId);
  if (!source || source.kind !== kind || source.channel !== "webhook") throw notFound("source");
  return source;
}

/**
 * The source of a short address without an id: the only one of its kind in the project that is named, or in the only
 * project of the installation. Throws `not_found` when there is none and `ambiguous_source` when there are several.
 */
export async function onlySource(
  deps: Pick<IngestDeps, "db">,
  kind: SourceKind,
  projectId: string | undefined,
): Promise<SourceRow> {
  const projects = projectId ? [projectId] : await firstProjectIds(deps.db);
  const ambiguous = new DomainError(
    "ambiguous_source",
    "Use the address that carries the source's id.",
  );
  if (projects.length > 1) throw ambiguous;
  const all = projects[0] ? await listSources(deps.db, projects[0], kind) : [];
  const found = all.filter((source) => source.secretSealed !== "");
  if (found.length > 1) throw ambiguous;
  if (!found[0]) throw notFound("source");
  return found[0];
}

async function mapOrNote(deps: IngestDeps, source: SourceRow, map: () => Mapped): Promise<Mapped> {
  try {
    return map();
  } catch (error) {
    if (error instanceof DomainError) {
      await noteError(deps, source, `A delivery could not be read: ${error.detail}`);
    }
    throw error;
  }
}

async function noteTrouble(deps: IngestDeps, source: SourceRow, message: string): Promise<void> {
  const { projectId, id } = source;
  await runBatch(deps.db, [noteSourceError(deps.db, projectId, id, message, deps.clock())]);
}

async function noteError(deps: IngestDeps, source: SourceRow, message: string): Promise<void> {
  const { projectId, id } = source;
  await runBatch(deps.db, [
    noteSourceError(deps.db, projectId, id, message, deps.clock()),
    addCounts(deps.db, projectId, id, { refused: 1 }),
  ]);
}
