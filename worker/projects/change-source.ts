import { z } from "zod";
import type { ProjectActor } from "../domain/actor";
import { newId } from "../domain/ids";
import { SourceSettings } from "../domain/source";
import { newSecret, seal } from "../kit/secrets";
import { commit, type Audit } from "../store/commit";
import { insertErasure } from "../store/erasures";
import { deleteSource, updateSource, type SourceChanges, type SourceRow } from "../store/sources";
import type { ProjectDeps } from "./deps";
import { newAddressKey } from "./source-address";
import { sealContext, sourceOf, viewOf } from "./sources";
import type { NewSourceView, SourceView } from "./views";

const HOUR_MS = 60 * 60 * 1000;

export const UpdateSourceInput = z.object({
  name: z.string().trim().min(1).max(100).optional(),
  settings: SourceSettings.optional(),
});
export type UpdateSourceInput = z.infer<typeof UpdateSourceInput>;

export const RotateSourceInput = z.object({
  /** For webhooks: the service's new secret; leave it out to get one. */
  secret: z.string().trim().min(16).max(200).optional(),
  /** For webhooks: how long the old secret still counts, so that no delivery is lost while you change it there. */
  overlap_hours: z.number().int().min(0).max(168).default(24),
});
export type RotateSourceInput = z.input<typeof RotateSourceInput>;

/** Renames a source, or replaces its settings as a whole. */
export async function changeSource(
  deps: ProjectDeps,
  who: ProjectActor,
  id: string,
  input: UpdateSourceInput,
): Promise<SourceView> {
  const row = await sourceOf(deps, who, id);
  const changes = { name: input.name ?? row.name, settings: input.settings ?? row.settings };
  const view = await viewOf(deps, { ...row, ...changes });
  const audit = { action: "source.update", target: `source:${id}`, detail: { ...changes } };
  await change(deps, who, row, changes, audit, { status: 200, body: view });
  return view;
}

/**
 * A new secret of a webhook: the old one counts for `overlap_hours` more, so that two are valid at once. A new public key of a
 * DSN, or a new mail address: the old one ends at once. The reply is the only place that shows a new secret.
 */
export async function rotateSource(
  deps: ProjectDeps,
  who: ProjectActor,
  id: string,
  input: RotateSourceInput,
): Promise<NewSourceView> {
  const row = await sourceOf(deps, who, id);
  const secret = row.channel === "webhook" ? (input.secret ?? newSecret("")) : null;
  const changes = secret === null ? newKey(row) : await newSecretOf(deps, row, secret, input);
  await change(deps, who, row, changes, { action: "source.rotate", target: `source:${id}` });
  return { ...(await viewOf(deps, { ...row, ...changes })), secret };
}

/** Ends a source at once, and erases everything that it brought, a little later for a large one. */
export async function removeSource(
  deps: ProjectDeps,
  who: ProjectActor,
  id: string,
): Promise<void> {
  const row = await sourceOf(deps, who, id);
  const now = deps.clock();
  const erasure = { id: newId(), projectId: who.projectId, sourceId: id, requestedAt: now };
  await commit(
    deps.db,
    who,
    now,
    [deleteSource(deps.db, who.projectId, id), insertErasure(deps.db, erasure)],
    { action: "source.delete", target: `source:${id}` },
  );
  await deps.forgetSource(row);
  await deps.sendErasure(erasure.id);
}

function newKey(row: SourceRow): SourceChanges {
  return { addressKey: newAddressKey(row.channel) };
}

async function newSecretOf(
  deps: ProjectDeps,
  row: SourceRow,
  secret: string,
  { overlap_hours: overlap = 24 }: RotateSourceInput,
): Promise<SourceChanges> {
  return {
    secretSealed: await seal(deps.settings.SEALING_KEY, sealContext(row.id), secret),
    previousSecretSealed: row.secretSealed,
    previousSecretUntil: deps.clock() + overlap * HOUR_MS,
  };
}

/** Writes the changes, and the mirrors from which deliveries are verified. */
async function change(
  deps: ProjectDeps,
  who: ProjectActor,
  row: SourceRow,
  changes: SourceChanges,
  audit: Audit,
  reply?: { status: number; body: unknown },
): Promise<void> {
  const statement = updateSource(deps.db, who.projectId, row.id, changes);
  await commit(deps.db, who, deps.clock(), [statement], audit, reply);
  if (changes.addressKey) await deps.forgetSource(row);
  await deps.rememberSource({ ...row, ...changes });
}
