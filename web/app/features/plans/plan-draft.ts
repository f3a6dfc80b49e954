import type { PlanView } from "../../api.server";

/** A plan as its form holds it: lists as lines of text, numbers as typed. */
export type PlanDraft = {
  /** The version that is being edited. */
  version: number;
  summary: string;
  hypotheses: string;
  files: { path: string; line: string; reason: string }[];
  steps: string;
  validation: string;
};

export function draftOf(plan: PlanView): PlanDraft {
  return {
    version: plan.version,
    summary: plan.summary,
    hypotheses: asLines(plan.hypotheses),
    files: plan.candidate_files.map(({ path, line, reason }) => ({
      path,
      line: line === null ? "" : String(line),
      reason,
    })),
    steps: asLines(plan.steps),
    validation: asLines(plan.validation),
  };
}

/** One entry per line, so a line break inside an entry becomes a space. */
function asLines(entries: string[]): string {
  return entries.map((entry) => entry.replace(/\s*\n\s*/g, " ")).join("\n");
}
