import { WORK_DIR, type Sandbox } from "../sandbox/sandbox";
import type { EdgeRunner, Proposal } from "../runners/runner";
import { notesFor } from "../steering";
import { RunFailure, type RunContext } from "./context";
import { decode, inRepo, listFiles, resetToBase, type Work } from "./work";

/** The notes of one turn of an edge runner: what it proposed, and that all of it is written. */
function notesOf(turn: number) {
  const stem = turn === 1 ? `${WORK_DIR}/edge` : `${WORK_DIR}/edge-${turn}`;
  return { proposed: `${stem}-proposed`, done: `${stem}-done` };
}

type Done = Work & { changed: string[] };

/**
 * Lets an edge runner propose, and writes its files. Its first turn looks at the base, a later one at what the turns before have
 * left. A proposal is noted before it is used: a try that ended half-way writes the same again, and no model is paid twice. Ends
 * the run with the runner's plain reason when it has nothing in its first turn; in a later one what there is stays.
 */
export async function workAtEdge(
  context: RunContext,
  runner: EdgeRunner,
  sandboxId: string,
  writeTest: boolean,
  turn = 1,
  faults: string[] = [],
): Promise<Work> {
  const { deps, project, run, plan } = context;
  const sandbox = await deps.sandboxes().connect(sandboxId);
  const notes = notesOf(turn);
  const done = await readNote<Done>(sandbox, notes.done);
  if (done) return done;
  const before = await lastDone(sandbox, turn);
  let proposal = await readNote<Proposal>(sandbox, notes.proposed);
  if (!proposal) {
    if (turn === 1) await resetToBase(sandbox);
    proposal = await runner.propose({
      plan: plan.content,
      readFile: async (path) => decode(await sandbox.read(inRepo(path))),
      listFiles: () => listFiles(sandbox),
      model: deps.modelFor(project, "code", run.id),
      notes: notesFor(run),
      faults,
      changed: before?.changed ?? [],
    });
    await sandbox.write(notes.proposed, JSON.stringify(proposal));
  }
  if (proposal.kind === "nothing") {
    if (!before) throw new RunFailure(proposal.reason);
    await context.say({ kind: "info", key: `work-${turn}`, text: proposal.reason });
    return before;
  }
  const test = writeTest ? proposal.test : null;
  const files = [...proposal.files, ...(test ? [test] : [])];
  for (const file of files) await sandbox.write(inRepo(file.path), file.content);
  const work: Done = {
    summary: proposal.summary,
    derivedTest: test?.path ?? before?.derivedTest ?? null,
    changed: [...new Set([...(before?.changed ?? []), ...files.map(({ path }) => path)])],
  };
  await sandbox.write(notes.done, JSON.stringify(work));
  const key = turn === 1 ? "work" : `work-${turn}`;
  await context.say({ kind: "stage", key, text: proposal.summary });
  return work;
}

/** What the turn before this one has left; turns that were not needed have left nothing. */
async function lastDone(sandbox: Sandbox, turn: number): Promise<Done | null> {
  for (let earlier = turn - 1; earlier > 0; earlier--) {
    const done = await readNote<Done>(sandbox, notesOf(earlier).done);
    if (done) return done;
  }
  return null;
}

async function readNote<T>(sandbox: Sandbox, path: string): Promise<T | null> {
  const bytes = await sandbox.read(path);
  return bytes ? (JSON.parse(new TextDecoder().decode(bytes)) as T) : null;
}
