import type { PlannedCrash } from "../../../domain/plan";
import type { EdgeRunner, Proposal, ProposedFile, ProposeInput } from "../runner";
import { deriveTest } from "./derive-test";
import { parseMissingValue, type MissingValue } from "./crash-message";
import { repairUndefinedRead, type Repair } from "./repair-undefined-read";

type Frame = PlannedCrash["frames"][number];

/**
 * The runner that needs no model: it repairs one family of crashes (a property read of `undefined` or `null`) from the
 * plan's stack frames, by syntax tree. Frames are tried from the crash site outwards; it stops at the first one that
 * holds the crashed read, whether that read can be guarded or not. With the repair comes a test that should fail without it. It never throws for what a plan or a repository holds.
 */
export const repairRules: EdgeRunner = {
  kind: "edge",
  name: "repair_rules",
  mends: false,
  propose,
};

async function propose({ plan, readFile, listFiles }: ProposeInput): Promise<Proposal> {
  const { crash } = plan;
  if (!crash) return nothing("The plan holds no crash, and the repair rules only know crashes.");
  const missing = crash.message === null ? null : parseMissingValue(crash.message);
  if (!missing) {
    return nothing(
      "The error is not a read of a missing value, the only kind that the repair rules know.",
    );
  }
  if (crash.frames.length === 0) {
    return nothing("The crash has no stack frame in this repository, so its place is not known.");
  }
  let reason = "None of the files of the stack trace is in this repository.";
  for (const [index, frame] of crash.frames.entries()) {
    const source = await readFile(frame.path);
    if (source === null) continue;
    const repair = repairAt(frame, source, missing, index > 0);
    if (repair.kind === "edit") {
      const test = await deriveTest(crash.frames.slice(index), missing, { readFile, listFiles });
      return changed(frame, repair, test);
    }
    if (index === 0 || repair.found) reason = `${frame.path}:${frame.line}: ${repair.reason}`;
    if (repair.found) break;
  }
  return nothing(reason);
}

function repairAt(frame: Frame, source: string, missing: MissingValue, exact: boolean): Repair {
  return repairUndefinedRead({
    path: frame.path,
    source,
    line: frame.line,
    column: frame.column,
    property: missing.property,
    object: missing.object,
    value: missing.value,
    exact,
  });
}

function changed(
  frame: Frame,
  repair: Extract<Repair, { kind: "edit" }>,
  test: ProposedFile | null,
): Proposal {
  return {
    kind: "changed",
    files: [{ path: frame.path, content: repair.source }],
    test,
    summary: `${frame.path}:${repair.line}: ${repair.explanation}`,
  };
}

function nothing(reason: string): Proposal {
  return { kind: "nothing", reason };
}
