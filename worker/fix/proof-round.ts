import type { ChangeReview, Verdict } from "../domain/evidence";
import { isTestFile } from "./evidence/patch-files";
import type { TestCommand } from "./evidence/test-command";
import type { SandboxPurpose } from "./sandbox/sandbox";
import type { Collected } from "./stages/collect";
import type { Stage } from "./stages/context";
import { judge } from "./stages/judge";
import { openSandbox } from "./stages/open-sandbox";
import { checkPatch, testChange } from "./stages/prove";
import { reviewNotes } from "./stages/review-notes";
import { setUpAndLock } from "./stages/set-up";
import type { SuiteName } from "./stages/suite";

/** The stages that can make a sandbox anew; in all others the run begins again with a new one. */
const SANDBOX_STAGES = { work: "sandbox", proof: "sandbox-proof" } satisfies Record<
  SandboxPurpose,
  string
>;
export const SANDBOX_STAGE_NAMES: string[] = Object.values(SANDBOX_STAGES);

/**
 * A sandbox with the source at the base, set up from the base's manifests, and locked. `fault`: what of a set-up that nobody asked
 * for has failed, for a reviewer.
 */
export async function readySandbox(
  stage: Stage,
  baseSha: string,
  purpose: SandboxPurpose,
): Promise<{ id: string; fault: string | null }> {
  const id = await stage(SANDBOX_STAGES[purpose], (context) =>
    openSandbox(context, baseSha, purpose),
  );
  const fault = await stage(`set-up-${purpose}`, (context) => setUpAndLock(context, id, purpose));
  return { id, fault };
}

type Place = {
  proofId: string;
  test: TestCommand | null;
  baseBranch: string;
  summary: string;
  flags: string[];
  review: ChangeReview | null;
};

/** The change in the fresh sandbox: its tests at the base, twice; the whole of it, twice; and what that proves. */
export async function prove(
  stage: Stage,
  place: Place,
  change: Collected,
  suffix: string,
): Promise<Verdict> {
  const { proofId, test, baseBranch, summary, review } = place;
  await stage(`check-patch${suffix}`, async (context) => {
    await checkPatch(context, proofId, change);
    return null;
  });
  const names: Exclude<SuiteName, "baseline">[] = change.files.some((file) => isTestFile(file.path))
    ? ["new-tests-1", "new-tests-2", "change-1", "change-2"]
    : ["change-1"];
  for (const name of test ? names : []) {
    await stage(`${name}${suffix}`, async (context) => {
      await testChange(context, proofId, test!, change.files, name);
      return null;
    });
  }
  return stage(`judge${suffix}`, async (context) => {
    const { flags, unchecked } = await reviewNotes(context, change);
    const notes = { flags: [...place.flags, ...flags], unchecked, baseBranch, summary, review };
    return judge(context, test, change, notes);
  });
}
