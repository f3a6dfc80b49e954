import { REPO_DIR, WORK_DIR, type Sandbox, type SandboxPurpose } from "../sandbox/sandbox";
import { RunFailure, type RunContext } from "./context";

const UNPACK_MS = 5 * 60_000;
/** The most bytes of a repository, as its code host packs it. */
export const ARCHIVE_LIMIT = 200_000_000;
const READY_FILE = `${WORK_DIR}/ready`;

/** What installing and testing leave behind: no change of a fix, also where the repository has no word for it in .gitignore. */
const LEFT_BEHIND = [
  "node_modules",
  "__pycache__",
  ".pytest_cache",
  ".mypy_cache",
  ".ruff_cache",
  ".tox",
  ".venv",
  ".nyc_output",
  ".tap",
  ".gradle",
  ".phpunit.cache",
  ".phpunit.result.cache",
  ".coverage",
  "coverage",
  "target",
];
/** A folder of such a name that the base itself has is let in. */
const LEAVE_OUT =
  `for name in ${LEFT_BEHIND.join(" ")}; do git ls-files | grep -qE "(^|/)$name(/|$)" || echo "$name" >> .git/info/exclude; done && ` +
  `echo '*.egg-info/' >> .git/info/exclude && echo '*.py[cod]' >> .git/info/exclude`;

const READY: Record<SandboxPurpose, string> = {
  work: "Sandbox ready; source unpacked.",
  proof: "Second, fresh sandbox ready: the change is proven in this one.",
};

/**
 * One of the run's sandboxes with the source at the base commit: streamed from the code host's archive, so that no credential and no
 * history is inside. A fresh repository inside only serves to see what changed.
 */
export async function openSandbox(
  context: RunContext,
  baseSha: string,
  purpose: SandboxPurpose,
): Promise<string> {
  const { deps, run, project } = context;
  const { sandbox } = await deps.sandboxes().open(run.id, purpose, deps.registryHosts);
  if (await sandbox.read(READY_FILE)) return sandbox.id;
  await must(sandbox, `rm -rf ${REPO_DIR} && mkdir -p ${REPO_DIR} ${WORK_DIR}`, "make folders");
  await writeArchive(sandbox, await deps.forgeOf(project).archive(baseSha));
  await must(
    sandbox,
    `tar -xzf ${WORK_DIR}/source.tar.gz --strip-components=1 --no-same-owner -C ${REPO_DIR} && rm ${WORK_DIR}/source.tar.gz`,
    "unpack the source",
  );
  await must(
    sandbox,
    `cd ${REPO_DIR} && rm -rf .git && git init -q -b base && git add -A -f && ` +
      `git -c user.name=base -c user.email=base@localhost -c commit.gpgsign=false commit -q --allow-empty -m base && ` +
      `git tag base-commit && ${LEAVE_OUT} && echo ready > ${READY_FILE}`,
    "record the base",
  );
  await context.say({ kind: "stage", key: `sandbox-${purpose}`, text: READY[purpose] });
  return sandbox.id;
}

/** Streams the archive in, and ends the run where it is too large. */
async function writeArchive(sandbox: Sandbox, archive: ReadableStream<Uint8Array>): Promise<void> {
  let bytes = 0;
  const counted = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      bytes += chunk.byteLength;
      if (bytes > ARCHIVE_LIMIT) controller.error(new Error("The archive is too large."));
      else controller.enqueue(chunk);
    },
  });
  try {
    await sandbox.write(`${WORK_DIR}/source.tar.gz`, archive.pipeThrough(counted));
  } catch (error) {
    if (bytes > ARCHIVE_LIMIT) {
      throw new RunFailure(
        "The repository's archive is larger than 200 MB: that is the most that is taken.",
      );
    }
    throw error;
  }
}

async function must(sandbox: Sandbox, command: string, what: string): Promise<void> {
  const result = await sandbox.run(command, { timeoutMs: UNPACK_MS });
  if (result.exitCode !== 0) {
    throw new RunFailure(`Could not ${what} in the sandbox: ${result.output.slice(-300).trim()}`);
  }
}
