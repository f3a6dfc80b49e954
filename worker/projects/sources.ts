import { z } from "zod";
import type { ProjectActor } from "../domain/actor";
import { notFound } from "../domain/errors";
import { newId } from "../domain/ids";
import { NO_COUNTS } from "../domain/polling";
import { newSecret, seal, unseal } from "../kit/secrets";
import { commit } from "../store/commit";
import { listPolls, listPollTargets } from "../store/polls";
import {
  deleteSource,
  findSource,
  listSources,
  upsertSource,
  type SourceRow,
} from "../store/sources";
import type { ProjectDeps } from "./deps";
import { toPolledView, toSourceView, type NewSourceView, type SourceView } from "./views";

export const WEBHOOK_KINDS = ["sentry", "github"] as const;

export const CreateSourceInput = z.object({
  kind: z.enum(WEBHOOK_KINDS),
  name: z.string().trim().min(1).max(100),
  /** Sentry makes its secret itself; leave it out to get a new one. */
  secret: z.string().trim().min(16).max(200).optional(),
});
export type CreateSourceInput = z.infer<typeof CreateSourceInput>;

/** A new webhook source. The reply is the only place that ever shows its secret. */
export async function createSource(
  deps: ProjectDeps,
  who: ProjectActor,
  input: CreateSourceInput,
  id = newId(),
): Promise<NewSourceView> {
  const secret = input.secret ?? newSecret("");
  const now = deps.clock();
  const row: SourceRow = {
    id,
    projectId: who.projectId,
    kind: input.kind,
    name: input.name,
    secretSealed: await seal(deps.settings.SEALING_KEY, sealContext(id), secret),
    createdAt: now,
    lastDeliveryAt: null,
    lastError: null,
    lastErrorAt: null,
    ...NO_COUNTS,
  };
  await commit(deps.db, who, now, [upsertSource(deps.db, row)], {
    action: "source.create",
    target: `source:${id}`,
    detail: { kind: row.kind, name: row.name },
  });
  return { ...toSourceView(row, deps.settings.PUBLIC_API_URL), secret };
}

export async function readSources(deps: ProjectDeps, who: ProjectActor): Promise<SourceView[]> {
  const [rows, polls, targets] = await Promise.all([
    listSources(deps.db, who.projectId),
    listPolls(deps.db, who.projectId),
    listPollTargets(deps.db, who.projectId),
  ]);
  return rows.map((row) => ({
    ...toSourceView(row, deps.settings.PUBLIC_API_URL),
    polled: toPolledView(
      polls.find((poll) => poll.sourceId === row.id),
      targets.filter((target) => target.sourceId === row.id),
    ),
  }));
}

export async function removeSource(
  deps: ProjectDeps,
  who: ProjectActor,
  id: string,
): Promise<void> {
  if (!(await findSource(deps.db, who.projectId, id))) throw notFound("source");
  await commit(deps.db, who, deps.clock(), [deleteSource(deps.db, who.projectId, id)], {
    action: "source.delete",
    target: `source:${id}`,
  });
}

/** The secrets that a delivery may be signed with. Empty when the sealing key has changed: then nothing is let in. */
export async function secretsOf(
  settings: { SEALING_KEY: string },
  source: SourceRow,
): Promise<string[]> {
  const secret = await unseal(settings.SEALING_KEY, sealContext(source.id), source.secretSealed);
  return secret === null ? [] : [secret];
}

function sealContext(sourceId: string): string {
  return `source:${sourceId}`;
}
