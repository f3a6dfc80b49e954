import type { PlanContent } from "../../../domain/plan";
import type { AgentInput } from "../runner";
import { planText, section } from "../plan-text";

/**
 * The task that the agent gets: the approved plan, and nothing else. No report's text is added here, so what a stranger
 * wrote reaches the agent only as far as a person approved it in the plan.
 */
export function taskOf(
  plan: PlanContent,
  faults: string[] = [],
  { notes, resumed }: Pick<AgentInput, "notes" | "resumed"> = { notes: [], resumed: false },
): string {
  return [
    section("First of all: what the developers say, before the plan below", notes),
    resumed
      ? "The working tree has changes already: earlier work on this. Read them with `git diff base-commit`, and go on from there."
      : "",
    "Fix one bug in the repository in the current folder. A developer approved this plan:",
    planText(plan),
    section("What is wrong with your change so far: repair this first", faults),
    "## Rules\n" +
      "- Make the smallest change that fixes this bug. Change nothing else, and add no dependency.\n" +
      "- First write a test, in the repository's own style, that fails without the fix by an assertion or by the crash's own error. " +
      "It is run by others, at the base and with your change.\n" +
      "- Leave alone how tests are configured and started: package.json scripts, runner configuration, preloads.\n" +
      "- Never weaken, skip or delete a test. Run the tests before you finish.\n" +
      "- There is no network. Do not commit or push: the changed files are collected when you are done.",
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}
