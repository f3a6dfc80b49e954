import type { ChangeReview } from "../domain/evidence";
import type { RunContext, Stage } from "./stages/context";
import { checkSyntax, demandSyntax, type SyntaxNotes } from "./stages/check-syntax";
import { collect, type Collected } from "./stages/collect";
import { reviewChange } from "./stages/review";
import type { Work } from "./stages/work";

/** What is ready to be proven: the change, what was said about it, and how it came about. */
export type Ready = {
  work: Work;
  change: Collected;
  syntax: SyntaxNotes;
  review: ChangeReview | null;
};

/**
 * Collects the work and has it checked: a change that does not parse goes back once, and one with blocking findings of the review
 * goes back once. A second time the first ends the run, and the second goes into the pull request.
 */
export async function checkWork(
  stage: Stage,
  sandboxId: string,
  first: Work,
  again: (turn: number, faults: string[]) => Promise<Work>,
): Promise<Ready> {
  let work = first;
  let change = await stage("collect", (context) => collect(context, sandboxId));
  let syntax = await stage("syntax", (context) => checkSyntax(context, sandboxId, change.files));
  if (syntax.faults.length > 0) {
    work = await again(2, syntax.faults);
    change = await stage("collect-again", (context) => collect(context, sandboxId));
    syntax = await stage("syntax-again", (context) =>
      demandSyntax(context, sandboxId, change.files),
    );
  }
  let review = await stage("review", (context) => reviewChange(context, change));
  if (review && review.blocking.length > 0 && (await stage("review-mends", mayMend))) {
    work = await again(3, review.blocking);
    change = await stage("collect-reviewed", (context) => collect(context, sandboxId));
    syntax = await stage("syntax-reviewed", (context) =>
      demandSyntax(context, sandboxId, change.files),
    );
    review = await stage("review-again", (context) => reviewChange(context, change));
  }
  return { work, change, syntax, review };
}

async function mayMend({ deps, run }: RunContext): Promise<boolean> {
  const runner = deps.runner(run.runner);
  return runner.kind === "agent" || runner.mends;
}
