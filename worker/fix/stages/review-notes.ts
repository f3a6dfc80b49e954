import { grammarOf } from "../syntax/grammars";
import type { Collected } from "./collect";
import { RunFailure, type RunContext } from "./context";
import { scopeFlags } from "./flags";

/** What the pull request tells a reviewer beside the tests: flags of the patch, and files that nobody parsed. */
export async function reviewNotes(
  context: RunContext,
  change: Collected,
): Promise<{ flags: string[]; unchecked: string[] }> {
  const { artifactKey } = context.run;
  const stored = artifactKey ? await context.deps.archive.get(artifactKey) : null;
  if (!stored) throw new RunFailure("The patch is gone from the archive.");
  const written = change.files.filter((file) => file.status !== "deleted");
  return {
    flags: scopeFlags(change.files, await stored.text()),
    unchecked: written.map((file) => file.path).filter((path) => grammarOf(path) === null),
  };
}
