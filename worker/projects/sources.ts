import { z } from "zod";
import type { ProjectActor } from "../domain/actor";
import { DomainError, notFound } from "../domain/errors";
import { newId } from "../domain/ids";
import { NO_COUNTS } from "../domain/polling";
import { SourceSettings, type SourceChannel } from "../domain/source";
import { newSecret, seal, unseal } from "../kit/secrets";
import { commit } from "../store/commit";
import { isUniqueViolation, type Statement } from "../store/db";
import { listPolls, listPollTargets } from "../store/polls";
import { findProject } from "../store/projects";
import {
  deleteSource,
  findSource,
  listSources,
  updateSource,
  upsertSource,
  type SourceRow,
} from "../store/sources";
import type { ProjectDeps } from "./deps";
import { newAddressKey } from "./source-address";
import { toPolledView, toSourceView, type NewSourceView, type SourceView } from "./views";

export const WEBHOOK_KINDS = ["sentry", "github"] as const;
export const CREATED_KINDS = [...WEBHOOK_KINDS, "email"] as const;

/** The ways in that each kind has; the first one is meant when none is named. */
const CHANNELS: Record<
  (typeof CREATED_KINDS)[number],
  readonly [SourceChannel, ...SourceChannel[]]
> = {
  sentry: ["webhook", "dsn"],
  github: ["webhook"],
  email: ["mail"],
};

export const CreateSourceInput = z
  .object({
    kind: z.enum(CREATED_KINDS),
    /** `dsn` for Sentry's SDKs. A project has one DSN and one mail address at most. */
    channel: z.enum(["webhook", "dsn", "mail"]).optional(),
    name: z.string().trim().min(1).max(100),
    /** For webhooks. Sentry makes its secret itself; leave it out to get a new one. */
    secret: z.string().trim().min(16).max(200).optional(),
    settings: SourceSettings.default({}),
  })
  .refine(({ kind, channel }) => !channel || CHANNELS[kind].includes(channel), {
    path: ["channel"],
    message: "This kind of source has no such channel.",
  });
export type CreateSourceInput = z.input<typeof CreateSourceInput>;

export const UpdateSourceInput = z.object({
  name: z.string().trim().min(1).max(100).optional(),
  settings: SourceSettings.optional(),
});
export type UpdateSourceInput = z.infer<typeof UpdateSourceInput>;

/**
 * A new source. The reply is the only place that ever shows a webhook's secret. Throws `conflict` for a second DSN or mail
 * address, and for a mail address without `MAIL_DOMAIN`.
 */
export async function createSource(
  deps: ProjectDeps,
  who: ProjectActor,
  input: CreateSourceInput,
  id = newId(),
): Promise<NewSourceView> {
  const channel = input.channel ?? CHANNELS[input.kind][0];
  if (channel === "mail" && !deps.settings.MAIL_DOMAIN) {
    throw new DomainError("conflict", "Mail needs the setting MAIL_DOMAIN of the installation.");
  }
  const secret = channel === "webhook" ? (input.secret ?? newSecret("")) : null;
  const sealed =
    secret === null ? "" : await seal(deps.settings.SEALING_KEY, sealContext(id), secret);
  const now = deps.clock();
  const row = newRow({ id, projectId: who.projectId, kind: input.kind, name: input.name }, now, {
    channel,
    secretSealed: sealed,
    settings: input.settings ?? {},
  });
  const audit = {
    action: "source.create",
    target: `source:${id}`,
    detail: { kind: row.kind, channel, name: row.name },
  };
  try {
    await commit(deps.db, who, now, [upsertSource(deps.db, row)], audit);
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw new DomainError("conflict", "This project has one already.", { cause: error });
  }
  return { ...(await viewOf(deps, row)), secret };
}

/** The DSN that every project begins with: for the batch that makes the project. */
export function firstDsn(deps: ProjectDeps, projectId: string, now: number): Statement {
  const about = { id: newId(), projectId, kind: "sentry" as const, name: "Sentry SDKs" };
  return upsertSource(deps.db, newRow(about, now, { channel: "dsn" }));
}

export async function readSources(deps: ProjectDeps, who: ProjectActor): Promise<SourceView[]> {
  const [rows, project, polls, targets] = await Promise.all([
    listSources(deps.db, who.projectId),
    findProject(deps.db, who.projectId),
    listPolls(deps.db, who.projectId),
    listPollTargets(deps.db, who.projectId),
  ]);
  return rows.map((row) => ({
    ...toSourceView(row, project?.number ?? 0, deps.settings),
    polled: toPolledView(
      polls.find((poll) => poll.sourceId === row.id),
      targets.filter((target) => target.sourceId === row.id),
    ),
  }));
}

/** Renames a source, or replaces its settings as a whole. */
export async function changeSource(
  deps: ProjectDeps,
  who: ProjectActor,
  id: string,
  input: UpdateSourceInput,
): Promise<SourceView> {
  const row = await sourceOf(deps, who, id);
  const changes = { name: input.name ?? row.name, settings: input.settings ?? row.settings };
  return change(deps, who, row, changes, {
    action: "source.update",
    target: `source:${id}`,
    detail: { ...changes },
  });
}

/** A new public key of a DSN, or a new mail address. The old one ends at once. Throws `conflict` for a webhook. */
export async function rotateSource(
  deps: ProjectDeps,
  who: ProjectActor,
  id: string,
): Promise<SourceView> {
  const row = await sourceOf(deps, who, id);
  if (row.channel === "webhook") {
    throw new DomainError("conflict", "A webhook has no key: remove the source and add another.");
  }
  const changes = { addressKey: newAddressKey(row.channel) };
  return change(deps, who, row, changes, { action: "source.rotate", target: `source:${id}` });
}

export async function removeSource(
  deps: ProjectDeps,
  who: ProjectActor,
  id: string,
): Promise<void> {
  await sourceOf(deps, who, id);
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

function newRow(
  about: Pick<SourceRow, "id" | "projectId" | "kind" | "name">,
  now: number,
  rest: Pick<SourceRow, "channel"> & Partial<SourceRow>,
): SourceRow {
  return {
    addressKey: rest.channel === "webhook" ? null : newAddressKey(rest.channel),
    secretSealed: "",
    settings: {},
    dropped: {},
    createdAt: now,
    lastDeliveryAt: null,
    lastError: null,
    lastErrorAt: null,
    ...NO_COUNTS,
    ...about,
    ...rest,
  };
}

async function sourceOf(deps: ProjectDeps, who: ProjectActor, id: string): Promise<SourceRow> {
  const row = await findSource(deps.db, who.projectId, id);
  if (!row) throw notFound("source");
  return row;
}

async function change(
  deps: ProjectDeps,
  who: ProjectActor,
  row: SourceRow,
  changes: Partial<Pick<SourceRow, "name" | "settings" | "addressKey">>,
  audit: { action: string; target: string; detail?: Record<string, unknown> },
): Promise<SourceView> {
  const view = await viewOf(deps, { ...row, ...changes });
  const reply = { status: 200, body: view };
  const statement = updateSource(deps.db, who.projectId, row.id, changes);
  await commit(deps.db, who, deps.clock(), [statement], audit, reply);
  return view;
}

async function viewOf(deps: ProjectDeps, row: SourceRow): Promise<SourceView> {
  const project = await findProject(deps.db, row.projectId);
  return toSourceView(row, project?.number ?? 0, deps.settings);
}
