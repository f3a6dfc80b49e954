import { runBatch } from "../../store/db";
import { updateRun, type RunRow } from "../../store/runs";
import type { RunDeps } from "../deps";
import { REPO_DIR, WORK_DIR, type Sandbox } from "../sandbox/sandbox";
import { RunFailure, type RunContext } from "./context";
import { DIFF } from "./diff";

const MINUTE = 60_000;
const INDEX = `${WORK_DIR}/keep.index`;
const KEPT = `${WORK_DIR}/keep.patch`;
const RESTORED = `${WORK_DIR}/restored`;
export const PATCH_LIMIT = 2_000_000;

/** Where a run's latest patch lies. */
export function patchKey(run: Pick<RunRow, "projectId" | "id">): string {
  return `runs/${run.projectId}/${run.id}/patch.diff`;
}

/**
 * Copies what differs from the base out of the sandbox while somebody may be at work in it: with an index of its own, so that
 * the agent's is left alone. Returns the bytes kept; null where nothing has changed, or where the patch is over 2 MB and
 * the one before stays.
 */
export async function keepPatch(
  deps: Pick<RunDeps, "db" | "archive">,
  run: Pick<RunRow, "projectId" | "id">,
  sandbox: Sandbox,
): Promise<number | null> {
  const made = await sandbox.run(
    `cd ${REPO_DIR} && cp .git/index ${INDEX} && export GIT_INDEX_FILE=${INDEX} && git add -A && ` +
      `${DIFF} --binary base-commit | head -c ${PATCH_LIMIT + 1} > ${KEPT}`,
    { timeoutMs: MINUTE },
  );
  if (made.exitCode !== 0) return null;
  const patch = await sandbox.read(KEPT);
  if (!patch || patch.byteLength === 0 || patch.byteLength > PATCH_LIMIT) return null;
  const artifactKey = patchKey(run);
  await deps.archive.put(artifactKey, patch);
  await runBatch(deps.db, [updateRun(deps.db, run.projectId, run.id, { artifactKey })]);
  return patch.byteLength;
}

/**
 * Puts the run's last patch into a fresh sandbox, once, unless the run begins from scratch. Ends the run where it is to be
 * delivered as it is and does not apply; else the agent begins at the base.
 */
export async function restorePatch(context: RunContext, sandboxId: string): Promise<void> {
  const { deps, run } = context;
  const sandbox = await deps.sandboxes().connect(sandboxId);
  if (await sandbox.read(RESTORED)) return;
  const stored =
    run.resumeFrom !== "start" && run.artifactKey ? await deps.archive.get(run.artifactKey) : null;
  const applied = stored ? await apply(sandbox, new Uint8Array(await stored.arrayBuffer())) : false;
  if ((run.resumeFrom === "proof" || run.followUp) && !applied)
    throw new RunFailure("The saved patch is gone, or does not apply to the base any more.");
  if (stored) {
    const text = applied
      ? "The last saved patch was taken up."
      : "The last saved patch does not apply here: the agent begins at the base. The patch can be downloaded.";
    await context.say({ kind: "stage", key: `restore-${sandboxId}`, text });
  }
  await sandbox.write(RESTORED, applied ? "applied" : "nothing");
}

async function apply(sandbox: Sandbox, patch: Uint8Array): Promise<boolean> {
  await sandbox.write(KEPT, patch);
  const { exitCode } = await sandbox.run(
    `cd ${REPO_DIR} && git reset -q --hard base-commit && git clean -fdq && git apply --whitespace=nowarn ${KEPT}`,
    { timeoutMs: MINUTE },
  );
  return exitCode === 0;
}
