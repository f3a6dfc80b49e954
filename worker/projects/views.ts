import { z } from "zod";
import { ROLES, type Permission } from "../domain/actor";
import { CLUSTER_STATUSES } from "../domain/cluster";
import { SOURCE_KINDS } from "../domain/feedback";
import { ProjectSettings } from "../domain/project";
import { RUN_STATUSES } from "../domain/run";
import { DroppedCounts, SOURCE_CHANNELS, SourceSettings } from "../domain/source";
import { isoTime } from "../kit/clock";
import type { PollRow, PollTargetRow } from "../store/polls";
import type { ProjectRow } from "../store/projects";
import type { SourceRow } from "../store/sources";
import type { TokenRow } from "../store/tokens";
import { addressesOf } from "./source-address";

/** Wire shapes of this room: snake_case, ISO 8601 times, never a secret. */
export const ProjectView = z.object({
  id: z.string(),
  number: z.number(),
  name: z.string(),
  github_repo: z.string().nullable(),
  owner_user_id: z.string(),
  base_branch: z.string().nullable(),
  path_prefix: z.string().nullable(),
  setup_command: z.string().nullable(),
  test_command: z.string().nullable(),
  approval_required: z.boolean(),
  settings: ProjectSettings,
  created_at: z.string(),
  updated_at: z.string(),
});
export type ProjectView = z.infer<typeof ProjectView>;

export function toProjectView(row: ProjectRow): ProjectView {
  return {
    id: row.id,
    number: row.number,
    name: row.name,
    github_repo: row.githubRepo,
    owner_user_id: row.ownerUserId,
    base_branch: row.baseBranch,
    path_prefix: row.pathPrefix,
    setup_command: row.setupCommand,
    test_command: row.testCommand,
    approval_required: row.approvalRequired,
    settings: row.settings,
    created_at: isoTime(row.createdAt),
    updated_at: isoTime(row.updatedAt),
  };
}

export const MeView = z.object({
  kind: z.enum(["user", "token"]),
  name: z.string(),
  projects: z.array(ProjectView),
});
export type MeView = z.infer<typeof MeView>;

/** A project together with what the caller may do in it: for screens that show only what works. */
export const ProjectForCaller = ProjectView.extend({ permissions: z.array(z.string()) });
export type ProjectForCaller = z.infer<typeof ProjectForCaller>;

export function forCaller(view: ProjectView, permissions: readonly Permission[]): ProjectForCaller {
  return { ...view, permissions: [...permissions] };
}

const counts = <T extends string>(keys: readonly [T, ...T[]]) =>
  z.partialRecord(z.enum(keys), z.number());

export const StatsView = z.object({
  feedback_by_source: counts(SOURCE_KINDS),
  clusters_by_status: counts(CLUSTER_STATUSES),
  runs_by_status: counts(RUN_STATUSES),
  unclustered: z.number(),
});
export type StatsView = z.infer<typeof StatsView>;

/** When a source asks next, and what for. */
export const PolledView = z.object({
  every_minutes: z.number(),
  next_at: z.string(),
  targets: z.array(
    z.object({
      name: z.string(),
      polled_at: z.string().nullable(),
      last_error: z.string().nullable(),
      last_error_at: z.string().nullable(),
    }),
  ),
});
export type PolledView = z.infer<typeof PolledView>;

/** Names that begin with something else than a letter or digit are the poller's own notes. */
export function toPolledView(
  poll: PollRow | undefined,
  targets: PollTargetRow[],
): PolledView | null {
  if (!poll) return null;
  return {
    every_minutes: poll.everyMinutes,
    next_at: isoTime(poll.nextAt),
    targets: targets
      .filter(({ target }) => /^\w/.test(target))
      .map((row) => ({
        name: row.target,
        polled_at: isoTime(row.polledAt),
        last_error: row.lastError,
        last_error_at: isoTime(row.lastErrorAt),
      })),
  };
}

export const SourceView = z.object({
  id: z.string(),
  project_id: z.string(),
  kind: z.enum(SOURCE_KINDS),
  name: z.string(),
  channel: z.enum(SOURCE_CHANNELS),
  /**
   * Where its reports are sent: the one that fits its channel. None for a source that is only polled, and none for mail without
   * `MAIL_DOMAIN`.
   */
  webhook_url: z.string().nullable(),
  dsn: z.string().nullable(),
  mail_address: z.string().nullable(),
  settings: SourceSettings,
  /** What came in and was not kept, by reason. */
  dropped: DroppedCounts,
  created_at: z.string(),
  last_delivery_at: z.string().nullable(),
  last_error: z.string().nullable(),
  last_error_at: z.string().nullable(),
  /** What became of the reports that it brought. */
  counts: z.object({
    accepted: z.number(),
    duplicate: z.number(),
    filtered: z.number(),
    refused: z.number(),
  }),
  polled: PolledView.nullable(),
});
export type SourceView = z.infer<typeof SourceView>;

export function toSourceView(
  row: SourceRow,
  projectNumber: number,
  settings: Parameters<typeof addressesOf>[2],
): SourceView {
  return {
    id: row.id,
    project_id: row.projectId,
    kind: row.kind,
    name: row.name,
    channel: row.channel,
    ...addressesOf(row, projectNumber, settings),
    settings: row.settings,
    dropped: row.dropped,
    created_at: isoTime(row.createdAt),
    last_delivery_at: isoTime(row.lastDeliveryAt),
    last_error: row.lastError,
    last_error_at: isoTime(row.lastErrorAt),
    counts: {
      accepted: row.accepted,
      duplicate: row.duplicate,
      filtered: row.filtered,
      refused: row.refused,
    },
    polled: null,
  };
}

/** The one reply that carries a source's secret; only webhooks have one. */
export const NewSourceView = SourceView.extend({ secret: z.string().nullable() });
export type NewSourceView = z.infer<typeof NewSourceView>;

export const TokenView = z.object({
  id: z.string(),
  project_id: z.string(),
  name: z.string(),
  role: z.enum(ROLES),
  scopes: z.array(z.string()).nullable(),
  hint: z.string(),
  created_at: z.string(),
  expires_at: z.string().nullable(),
  last_used_at: z.string().nullable(),
});
export type TokenView = z.infer<typeof TokenView>;

export function toTokenView(row: TokenRow): TokenView {
  return {
    id: row.id,
    project_id: row.projectId,
    name: row.name,
    role: row.role,
    scopes: row.scopes,
    hint: row.hint,
    created_at: isoTime(row.createdAt),
    expires_at: isoTime(row.expiresAt),
    last_used_at: isoTime(row.lastUsedAt),
  };
}

/** The one reply that carries a token. */
export const NewTokenView = TokenView.extend({ token: z.string() });
export type NewTokenView = z.infer<typeof NewTokenView>;
