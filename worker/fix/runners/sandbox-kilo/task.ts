import type { PlanContent } from "../../../domain/plan";
import type { AgentInput } from "../runner";

const FRAMES_SHOWN = 10;

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
    `## Summary\n${plan.summary}`,
    section("Likely causes", plan.hypotheses),
    section("Files that the fix probably touches", plan.candidate_files.map(fileLine)),
    crashSection(plan),
    section("Steps", plan.steps),
    section("How to validate", plan.validation),
    section("What you changed does not parse: repair these lines first", faults),
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

function section(title: string, lines: string[]): string {
  if (lines.length === 0) return "";
  return `## ${title}\n${lines.map((line, index) => `${index + 1}. ${line}`).join("\n")}`;
}

function fileLine({ path, line, reason }: PlanContent["candidate_files"][number]): string {
  return `${path}${line === null ? "" : `:${line}`}${reason === "" ? "" : ` (${reason})`}`;
}

function crashSection({ crash }: PlanContent): string {
  if (!crash) return "";
  const error = [crash.type, crash.message].filter((part) => part !== null).join(": ");
  const frames = crash.frames
    .slice(0, FRAMES_SHOWN)
    .map(({ path, line, column, function: name }) => {
      const place = `${path}:${line}${column === null ? "" : `:${column}`}`;
      return `    at ${name === null ? place : `${name} (${place})`}`;
    });
  return ["## Crash", error, ...frames].filter((line) => line !== "").join("\n");
}
