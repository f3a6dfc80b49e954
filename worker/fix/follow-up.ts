import { z } from "zod";
import type { ProjectActor } from "../domain/actor";
import { DomainError, notFound } from "../domain/errors";
import { newId } from "../domain/ids";
import { mayWrite, visibleText, type PullComment } from "../domain/pull";
import { isLiveRun } from "../domain/run";
import { ForeignError } from "../kit/foreign-error";
import { findProject } from "../store/projects";
import { findLiveRun, findRun, findRunByPull, type RunRow } from "../store/runs";
import type { FixDeps } from "./deps";
import type { Pulls, Talk } from "./forge/pulls";
import { PATCH_LIMIT, patchKey } from "./stages/keep-patch";
import { startFix } from "./start-fix";
import { steererName } from "./steering";
import { GuidanceText, mustTakeWords, type WordDeps } from "./take-words";
import type { RunStarted } from "./views";

export const FollowUpInput = z.object({
  /** What the agent gets before the comments. */
  text: GuidanceText.optional(),
});

const MOST_COMMENTS = 30;
const MOST_CHECKS = 20;
const COMMENT_LIMIT = 4_000;
const OWN = "<!-- soulcaster";
/** Whose words may be asked about at all; who is none of these is a stranger to the repository. */
const INSIDERS = new Set(["OWNER", "MEMBER", "COLLABORATOR"]);

/**
 * A run that adds to the open pull request of an ended one, on its branch: from what the branch has now, with the comments of
 * people who may write to the repository and the checks that fail. What others wrote is not read any further. Pressed twice it
 * answers the live run.
 */
export async function startFollowUp(
  deps: FixDeps & WordDeps,
  who: ProjectActor,
  id: string,
  { text }: z.output<typeof FollowUpInput>,
): Promise<RunStarted> {
  const [run, project] = await Promise.all([
    findRun(deps.db, who.projectId, id),
    findProject(deps.db, who.projectId),
  ]);
  if (!run || !project) throw notFound("run");
  const live = await findLiveRun(deps.db, who.projectId, run.clusterId);
  if (live) return { job_id: live.id, status: live.status };
  const runner = agentFor(deps, run);
  if (text !== undefined) mustTakeWords(deps, who, { runner, guidance: [] });
  const pullNumber = openPullOf(run);
  const last = (await findRunByPull(deps.db, who.projectId, pullNumber)) ?? run;
  const pulls = deps.pullsOf(project);
  const pull = await pulls.read(pullNumber);
  if (!pull.open) throw new DomainError("conflict", "This pull request is closed.");
  const [comments, checks, changes] = await Promise.all([
    trustedComments(pulls, pullNumber, last.followUp ? last.createdAt : 0),
    pulls.failingChecks(pull.headSha),
    pulls.changesOf(pull.baseBranch, pull.headSha),
  ]);
  if (comments.length === 0 && checks.length === 0 && text === undefined) {
    throw new DomainError(
      "conflict",
      "Nobody who may write to the repository has said anything new, and no check fails. Say what is to be done.",
    );
  }
  const patch = new TextEncoder().encode(changes.patch);
  if (patch.byteLength > PATCH_LIMIT) {
    throw new DomainError("conflict", "What this pull request changes is larger than 2 MB.");
  }
  const newRun = { projectId: who.projectId, id: newId() };
  await deps.archive.put(patchKey(newRun), patch);
  return startFix(
    deps,
    who,
    run.clusterId,
    { runner },
    {
      id: newRun.id,
      retryOf: run.id,
      resumeFrom: "work",
      artifactKey: patchKey(newRun),
      baseSha: changes.mergeBaseSha,
      branch: pull.headBranch,
      guidance: text === undefined ? [] : [{ text, by: steererName(who), at: deps.clock() }],
      followUp: {
        runId: run.id,
        pullNumber,
        pullUrl: run.prUrl ?? "",
        headSha: pull.headSha,
        baseBranch: pull.baseBranch,
        comments,
        checks: checks.slice(0, MOST_CHECKS).map((check) => ({
          ...check,
          summary: visibleText(check.summary, COMMENT_LIMIT),
        })),
      },
    },
  );
}

function openPullOf(run: RunRow): number {
  if (isLiveRun(run.status)) throw new DomainError("illegal_transition", "The run has not ended.");
  const number = run.prNumber ?? run.followUp?.pullNumber;
  if (number === undefined || run.prState === "merged" || run.prState === "closed") {
    throw new DomainError("conflict", "This run has no open pull request.");
  }
  return number;
}

/** An agent: the run's own, or the one that is set up. Throws `runner_unavailable` where there is none. */
function agentFor(deps: FixDeps & WordDeps, run: RunRow) {
  if (deps.runner(run.runner).kind === "agent") return deps.chooseRunner(run.runner);
  const chosen = deps.chooseRunner(undefined);
  if (deps.runner(chosen).kind === "agent") return chosen;
  throw new DomainError(
    "runner_unavailable",
    "A follow-up needs a coding agent that reads comments: set up a model.",
  );
}

/** The newest comments since a moment, oldest first, of people who may write to the repository now. */
export async function trustedComments(
  pulls: Pick<Pulls, "talk" | "permissionOf">,
  number: number,
  since: number,
): Promise<PullComment[]> {
  const said = (await pulls.talk(number)).filter(
    (one) => INSIDERS.has(one.association) && !one.bot && !one.text.startsWith(OWN),
  );
  const fresh = said.filter(({ at }) => at > since).slice(-MOST_COMMENTS);
  const authors = [...new Set(fresh.map(({ author }) => author))];
  const rights = await Promise.all(
    authors.map(async (author) => [author, await maysWrite(pulls, author)] as const),
  );
  const trusted = new Set(rights.flatMap(([author, may]) => (may ? [author] : [])));
  return fresh.flatMap((one) => (trusted.has(one.author) ? toComment(one) : []));
}

async function maysWrite(pulls: Pick<Pulls, "permissionOf">, login: string): Promise<boolean> {
  try {
    return mayWrite(await pulls.permissionOf(login));
  } catch (error) {
    if (error instanceof ForeignError && error.kind === "not_found") return false;
    throw error;
  }
}

function toComment({ author, path, line, text, at }: Talk): PullComment[] {
  const visible = visibleText(text, COMMENT_LIMIT);
  return visible === "" ? [] : [{ author, path, line, text: visible, at }];
}
