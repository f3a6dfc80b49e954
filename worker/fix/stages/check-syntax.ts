import type { ChangedFile } from "../../domain/evidence";
import { REPO_DIR, WORK_DIR } from "../sandbox/sandbox";
import { syntaxFault } from "../syntax/syntax-fault";
import { readFile } from "./collect";
import { RunFailure, type RunContext } from "./context";

const BASE_DIR = `${WORK_DIR}/base.files`;

/** `faults` refuse the change; `flags` are what a loose grammar stumbled over. Both are lines with file, line and message. */
export type SyntaxNotes = { faults: string[]; flags: string[] };

/** Parses every changed file that we have a grammar for, here in the Worker, and compares with the base. */
export async function checkSyntax(
  context: RunContext,
  sandboxId: string,
  files: ChangedFile[],
): Promise<SyntaxNotes> {
  const notes: SyntaxNotes = { faults: [], flags: [] };
  const written = files.filter((file) => file.status !== "deleted");
  const bases = await readBases(context, sandboxId, written);
  for (const [index, file] of written.entries()) {
    const after = decode(await readFile(context, file));
    const fault = await syntaxFault(file.path, bases[index] ?? null, after);
    if (!fault) continue;
    const line = `${file.path}:${fault.line}: ${fault.message}`;
    (fault.loose ? notes.flags : notes.faults).push(line);
  }
  if (notes.faults.length > 0)
    await context.say({
      kind: "error",
      key: `syntax-${notes.faults[0]}`,
      text: notes.faults.join("\n"),
    });
  return notes;
}

/** As `checkSyntax`, after the agent's second turn: what does not parse now ends the run. */
export async function demandSyntax(
  context: RunContext,
  sandboxId: string,
  files: ChangedFile[],
): Promise<SyntaxNotes> {
  const notes = await checkSyntax(context, sandboxId, files);
  const [first] = notes.faults;
  if (first) throw new RunFailure(`The change does not parse, twice: ${first}.`);
  return notes;
}

/** The files' texts at the base, in their order; null for those that are new. */
async function readBases(
  context: RunContext,
  sandboxId: string,
  files: ChangedFile[],
): Promise<(string | null)[]> {
  const sandbox = await context.deps.sandboxes().connect(sandboxId);
  await sandbox.write(`${BASE_DIR}/list`, files.map((file) => `${file.path}\0`).join(""));
  await sandbox.run(
    `cd ${REPO_DIR} && n=0 && while IFS= read -r -d '' path; do ` +
      `git show "base-commit:$path" > ${BASE_DIR}/$n 2>/dev/null || rm -f ${BASE_DIR}/$n; n=$((n+1)); done < ${BASE_DIR}/list`,
    { timeoutMs: 60_000 },
  );
  const texts: (string | null)[] = [];
  for (const [index, file] of files.entries()) {
    const bytes = file.status === "added" ? null : await sandbox.read(`${BASE_DIR}/${index}`);
    texts.push(bytes && decode(bytes));
  }
  return texts;
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
