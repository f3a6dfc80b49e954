import { z } from "zod";
import type { ProjectActor } from "../domain/actor";
import { DomainError } from "../domain/errors";
import { derivedId } from "../domain/ids";
import { RepositoryName } from "../domain/project";
import { commit } from "../store/commit";
import type { Statement } from "../store/db";
import { listPollTargets, saveCursor, upsertPoll } from "../store/polls";
import { findProject } from "../store/projects";
import { listSources, upsertSource } from "../store/sources";
import type { IngestDeps } from "./deps";
import { GITHUB_POLL_MINUTES } from "./poll";

export const SyncQuery = z.object({
  project_id: z.string().optional(),
  /** Read everything again, instead of what has changed since the last sync. */
  full: z.stringbool().default(false),
});

export const SyncReply = z.object({
  source_id: z.string(),
  repository: z.string(),
  full: z.boolean(),
  status: z.literal("queued"),
});
export type SyncReply = z.infer<typeof SyncReply>;

/**
 * Puts a sync of a repository's issues on the queue; from then on cron keeps it up to date too. `name` is `owner/name`, or the
 * name alone of the project's repository or of one that was synced before; without it, the project's own. A repository that
 * is neither needs an administrator: the installation's token may see more than this project should.
 */
export async function requestSync(
  deps: IngestDeps,
  who: ProjectActor,
  name: string | null,
  full: boolean,
): Promise<SyncReply> {
  const { projectId } = who;
  const [project, sources, targets] = await Promise.all([
    findProject(deps.db, projectId),
    listSources(deps.db, projectId, "github"),
    listPollTargets(deps.db, projectId),
  ]);
  const own = project?.githubRepo ?? null;
  const synced = targets.filter((row) => sources.some((source) => source.id === row.sourceId));
  const repository = repositoryMeant(
    name,
    own,
    synced.map((row) => row.target),
  );
  const target = repository.toLowerCase();
  const before = synced.find((row) => row.target === target);
  const known = before !== undefined || own?.toLowerCase() === target;
  if (!known && !who.permissions.includes("project:admin")) {
    throw new DomainError("forbidden", "Only an administrator may add another repository.");
  }
  const now = deps.clock();
  const sourceId =
    before?.sourceId ?? sources[0]?.id ?? (await derivedId("polled repository", projectId));
  const statements: Statement[] = [];
  if (!sources.some((source) => source.id === sourceId)) {
    const source = { id: sourceId, projectId, kind: "github" as const, name: "GitHub issues" };
    statements.push(upsertSource(deps.db, { ...source, secretSealed: "", createdAt: now }));
  }
  const everyMinutes = GITHUB_POLL_MINUTES;
  const nextAt = now + everyMinutes * 60_000;
  statements.push(upsertPoll(deps.db, { sourceId, projectId, everyMinutes, nextAt, reddit: null }));
  if (full || !before) {
    statements.push(saveCursor(deps.db, { projectId, sourceId, target }, {}, null));
  }
  const reply: SyncReply = { source_id: sourceId, repository, full, status: "queued" };
  await commit(
    deps.db,
    who,
    now,
    statements,
    { action: "source.sync", target: `source:${sourceId}`, detail: { repository, full } },
    { status: 202, body: reply },
  );
  await deps.sendJobs([{ v: 1, kind: "sync_github", projectId, sourceId, repository }]);
  return reply;
}

function repositoryMeant(name: string | null, own: string | null, synced: string[]): string {
  if (name?.includes("/")) {
    const parsed = RepositoryName.safeParse(name);
    if (parsed.success) return parsed.data;
    throw new DomainError("invalid_input", "name: must look like owner/name");
  }
  const candidates = [...(own ? [own] : []), ...synced];
  const meant = name
    ? candidates.find((one) => one.split("/")[1]!.toLowerCase() === name.toLowerCase())
    : candidates[0];
  if (meant) return meant;
  if (name)
    throw new DomainError("not_found", `No repository ${name} is connected: use owner/name.`);
  throw new DomainError(
    "repository_missing",
    "Connect a repository in the project's settings first, or name one.",
  );
}
