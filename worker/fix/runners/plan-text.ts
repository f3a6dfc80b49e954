import type { PlanContent } from "../../domain/plan";

const FRAMES_SHOWN = 10;

/**
 * The approved plan as text for a model, and nothing else: what a stranger wrote is in it only as far as a person approved it.
 */
export function planText(plan: PlanContent): string {
  return [
    `## Summary\n${plan.summary}`,
    section("Likely causes", plan.hypotheses),
    section("Files that the fix probably touches", plan.candidate_files.map(fileLine)),
    crashSection(plan),
    section("Steps", plan.steps),
    section("How to validate", plan.validation),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

/** A numbered list under a title; nothing where the list is empty. */
export function section(title: string, lines: string[]): string {
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
