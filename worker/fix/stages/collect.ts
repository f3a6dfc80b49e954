import type { ChangedFile } from "../../domain/evidence";
import { blobId, sha256Hex } from "../../kit/git-object";
import { runBatch } from "../../store/db";
import { updateRun, type RunRow } from "../../store/runs";
import { REPO_DIR, WORK_DIR, type Sandbox } from "../sandbox/sandbox";
import { RunFailure, type RunContext } from "./context";
import { DIFF } from "./diff";
import { PATCH_LIMIT, patchKey } from "./keep-patch";
import { checkScope } from "./scope";

const MINUTE = 60_000;
const RAW_FILE = `${WORK_DIR}/changes.raw`;
const PATCH_FILE = `${WORK_DIR}/changes.patch`;
const FILES_DIR = `${WORK_DIR}/changes.files`;
const FILE_LIMIT_BYTES = 1_000_000;

export type Collected = { files: ChangedFile[]; patchSha256: string };

/**
 * Reads what changed since the base commit, refuses changes that no fix needs, and copies patch and files out of the sandbox:
 * from here on nothing that runs in there can alter what is proven and committed. The patch can be downloaded whatever becomes
 * of the run. Ends the run when nothing changed.
 */
export async function collect(context: RunContext, sandboxId: string): Promise<Collected> {
  const { deps, run, project } = context;
  const sandbox = await deps.sandboxes().connect(sandboxId);
  const { files, patch } = await readChanges(sandbox);
  if (files.length === 0) throw new RunFailure("The runner ended without changing a file.");
  const artifactKey = patchKey(run);
  await deps.archive.put(artifactKey, patch);
  await runBatch(deps.db, [updateRun(deps.db, run.projectId, run.id, { artifactKey })]);
  const text = new TextDecoder().decode(patch);
  const refused = checkScope(files, text, project.pathPrefix);
  if (refused.length > 0) throw new RunFailure(`The change was refused: ${refused.join("; ")}.`);
  await keepFiles(context, sandbox, files);
  // From here on the agent's work is done: a sandbox that is lost now is made anew with this very patch.
  await runBatch(deps.db, [updateRun(deps.db, run.projectId, run.id, { resumeFrom: "proof" })]);
  const names = files.map((file) => file.path).join(", ");
  const patchSha256 = await sha256Hex(patch);
  await context.say({
    kind: "stage",
    key: `collect-${patchSha256}`,
    text: `Changed: ${names.slice(0, 500)}`,
  });
  return { files, patchSha256 };
}

/** What differs from the base commit: the files with the ids of their content, and the patch. */
export async function readChanges(
  sandbox: Sandbox,
): Promise<{ files: ChangedFile[]; patch: Uint8Array }> {
  const made = await sandbox.run(
    `cd ${REPO_DIR} && git add -A && ${DIFF} --raw -z --abbrev=64 base-commit > ${RAW_FILE} && ` +
      `${DIFF} --binary base-commit > ${PATCH_FILE}`,
    { timeoutMs: MINUTE },
  );
  if (made.exitCode !== 0) throw new RunFailure("The changes could not be read from the sandbox.");
  const raw = (await sandbox.read(RAW_FILE)) ?? new Uint8Array();
  const patch = (await sandbox.read(PATCH_FILE)) ?? new Uint8Array();
  if (patch.byteLength > PATCH_LIMIT) throw new RunFailure("The change is larger than 2 MB.");
  return { files: parseRaw(new TextDecoder().decode(raw)), patch };
}

/** Copies the files' contents to R2 by their ids, which are checked: what is kept is what git says. */
async function keepFiles(
  context: RunContext,
  sandbox: Sandbox,
  files: ChangedFile[],
): Promise<void> {
  const shas = [...new Set(files.filter(isKept).map((file) => file.sha))];
  await sandbox.write(`${FILES_DIR}/ids`, shas.map((sha) => `${sha}\n`).join(""));
  const copied = await sandbox.run(
    `cd ${REPO_DIR} && while read -r id; do git cat-file blob "$id" > ${FILES_DIR}/"$id" || exit 1; done < ${FILES_DIR}/ids`,
    { timeoutMs: MINUTE },
  );
  if (copied.exitCode !== 0)
    throw new RunFailure("The changed files could not be read from the sandbox.");
  for (const sha of shas) {
    const path = JSON.stringify(files.find((file) => file.sha === sha)!.path);
    const content = await sandbox.read(`${FILES_DIR}/${sha}`);
    if (!content || (await blobId(content, sha.length)) !== sha)
      throw new RunFailure(`${path} could not be read.`);
    if (content.byteLength > FILE_LIMIT_BYTES) throw new RunFailure(`${path} is over 1 MB.`);
    await context.deps.archive.put(fileKey(context.run, sha), content);
  }
}

/** The content of a changed file, as it was collected. */
export async function readFile(context: RunContext, file: ChangedFile): Promise<Uint8Array> {
  const stored = await context.deps.archive.get(fileKey(context.run, file.sha));
  if (!stored) throw new RunFailure(`${JSON.stringify(file.path)} is gone from the archive.`);
  return new Uint8Array(await stored.arrayBuffer());
}

function fileKey(run: RunRow, sha: string): string {
  return `runs/${run.projectId}/${run.id}/files/${sha}`;
}

function isKept(file: ChangedFile): boolean {
  return file.status !== "deleted";
}

/** Entries of `git diff --raw -z`: `:oldmode newmode oldsha newsha status NUL path NUL`. */
export function parseRaw(raw: string): ChangedFile[] {
  const fields = raw.split("\0");
  const changes: ChangedFile[] = [];
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const match = /^:(\d{6}) (\d{6}) [0-9a-f]+ ([0-9a-f]+) ([A-Z])\d*$/.exec(fields[i]!);
    if (!match) throw new RunFailure("The list of changed files could not be read.");
    const [, oldMode, newMode, sha, status] = match;
    changes.push({
      path: fields[i + 1]!,
      oldMode: oldMode!,
      mode: newMode!,
      sha: sha!,
      status: status === "A" ? "added" : status === "D" ? "deleted" : "modified",
    });
  }
  return changes;
}
