import { runBatch } from "../../store/db";
import { updateRun } from "../../store/runs";
import { REPO_DIR, WORK_DIR, type Sandbox } from "../sandbox/sandbox";
import { RunFailure, type RunContext } from "./context";
import { checkScope, type ChangedFile } from "./scope";

const MINUTE = 60_000;
const RAW_FILE = `${WORK_DIR}/changes.raw`;
const PATCH_FILE = `${WORK_DIR}/changes.patch`;
const PATCH_LIMIT = 2_000_000;

/**
 * Reads what changed since the base commit, keeps the patch (it can be downloaded whatever becomes of the run), and refuses
 * changes that no fix needs. Ends the run when nothing changed.
 */
export async function collect(context: RunContext, sandboxId: string): Promise<ChangedFile[]> {
  const { deps, run, project } = context;
  const sandbox = await deps.sandboxes().connect(sandboxId);
  const made = await sandbox.run(
    `cd ${REPO_DIR} && git add -A && ` +
      `git -c core.quotepath=off diff --cached --no-renames --no-ext-diff --no-textconv --raw -z --abbrev=64 base-commit > ${RAW_FILE} && ` +
      `git -c core.quotepath=off diff --cached --no-renames --no-ext-diff --no-textconv --binary base-commit > ${PATCH_FILE}`,
    { timeoutMs: MINUTE },
  );
  if (made.exitCode !== 0) throw new RunFailure("The changes could not be read from the sandbox.");
  const changes = parseRaw(await textOf(sandbox, RAW_FILE));
  if (changes.length === 0) throw new RunFailure("The runner ended without changing a file.");
  const patch = await textOf(sandbox, PATCH_FILE);
  if (patch.length > PATCH_LIMIT) throw new RunFailure("The change is larger than 2 MB.");
  const artifactKey = `runs/${run.projectId}/${run.id}/patch.diff`;
  await deps.archive.put(artifactKey, patch);
  await runBatch(deps.db, [updateRun(deps.db, run.projectId, run.id, { artifactKey })]);
  const refused = checkScope(changes, patch, project.pathPrefix);
  if (refused.length > 0) throw new RunFailure(`The change was refused: ${refused.join("; ")}.`);
  const names = changes.map((change) => change.path).join(", ");
  await context.say({ kind: "stage", key: "collect", text: `Changed: ${names.slice(0, 500)}` });
  return changes;
}

/** Entries of `git diff --raw -z`: `:oldmode newmode oldsha newsha status NUL path NUL`. */
export function parseRaw(raw: string): ChangedFile[] {
  const fields = raw.split("\0");
  const changes: ChangedFile[] = [];
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const match = /^:(\d{6}) (\d{6}) [0-9a-f]+ [0-9a-f]+ ([A-Z])\d*$/.exec(fields[i]!);
    if (!match) throw new RunFailure("The list of changed files could not be read.");
    const [, oldMode, newMode, status] = match;
    changes.push({
      path: fields[i + 1]!,
      oldMode: oldMode!,
      mode: newMode!,
      status: status === "A" ? "added" : status === "D" ? "deleted" : "modified",
    });
  }
  return changes;
}

async function textOf(sandbox: Sandbox, path: string): Promise<string> {
  return new TextDecoder().decode((await sandbox.read(path)) ?? new Uint8Array());
}
