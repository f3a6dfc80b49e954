import type { SourceKind } from "../../domain/feedback";
import type { CandidateFile } from "../../domain/plan";
import { findCandidates } from "./candidates";
import { gatherEvidence, oneLine, type Evidence } from "./evidence";
import type { Planner, PlanInput } from "./planner";

const SOURCE_NAMES: Record<SourceKind, string> = {
  sentry: "Sentry",
  github: "GitHub",
  reddit: "Reddit",
  manual: "people who wrote to us",
  email: "e-mail",
};

const LONGEST_PATH = 500;

/**
 * The planner that needs no model: it maps stack frames to files, compares words and identifiers, and says what it found
 * in plain sentences. The same input gives the same plan. Of the reports' own words only the error, names of functions and
 * the cluster's title are repeated, each on one line and cut.
 */
export const deterministicPlanner: Planner = {
  name: "deterministic",
  async plan(input) {
    const paths = scopedPaths(input);
    const evidence = gatherEvidence(input, paths);
    const candidates = input.repository
      ? await findCandidates(input.repository, paths, evidence)
      : [];
    return {
      summary: summaryOf(input, evidence),
      hypotheses: hypothesesOf(evidence, candidates),
      candidate_files: candidates,
      steps: stepsOf(evidence, candidates),
      validation: validationOf(input, evidence),
      crash:
        evidence.type === null && evidence.message === null && evidence.frames.length === 0
          ? null
          : { type: evidence.type, message: evidence.message, frames: evidence.frames },
    };
  },
};

/** The files that the plan may touch: all, or those under the project's path prefix. */
export function scopedPaths(input: PlanInput): string[] {
  const prefix = (input.pathPrefix ?? "").replace(/^\/+|\/+$/g, "");
  const paths = (input.repository?.paths ?? []).filter((path) => path.length <= LONGEST_PATH);
  return prefix === "" ? paths : paths.filter((path) => path.startsWith(`${prefix}/`));
}

function summaryOf({ cluster, repository }: PlanInput, evidence: Evidence): string {
  const title = oneLine(cluster.title, 160) ?? "a problem without a title";
  const sources = evidence.bySource
    .map(({ source, count }) => `${count} from ${SOURCE_NAMES[source]}`)
    .join(", ");
  const reports = `${count(evidence.total, "report")} (${sources || "none at hand"}) ${evidence.total === 1 ? "describes" : "describe"} “${title}”.`;
  const error = errorOf(evidence);
  const place = placeOf(evidence);
  const crash = error ? ` ${error} is thrown${place ? ` at ${place}` : ""}.` : "";
  const missing = repository ? "" : " No repository is connected, so no file could be named.";
  return `${reports}${crash}${missing}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

function errorOf({ type, message }: Evidence): string | null {
  const text = [type, message].filter(Boolean).join(": ");
  return text === "" ? null : `\`${oneLine(text.replaceAll("`", "'"), 300)}\``;
}

function placeOf({ frames: [frame] }: Evidence): string | null {
  if (!frame) return null;
  const where = frame.function ? ` in \`${frame.function.replaceAll("`", "'")}\`` : "";
  return `\`${frame.path}:${frame.line}\`${where}`;
}

function hypothesesOf(evidence: Evidence, candidates: CandidateFile[]): string[] {
  const place = placeOf(evidence);
  const missing = /undefined|null|NoneType|nil\b/i.test(evidence.message ?? "");
  const hypotheses: string[] = [];
  if (place && missing) {
    hypotheses.push(`The code at ${place} takes for granted a value that can be missing.`);
  } else if (place) {
    hypotheses.push(`The code at ${place} does not expect the input that these reports describe.`);
  }
  const caller = evidence.frames.find((frame) => frame.path !== evidence.frames[0]?.path);
  if (caller) {
    hypotheses.push(
      `The caller at \`${caller.path}:${caller.line}\` passes on input that is not complete.`,
    );
  }
  const best = candidates[0];
  if (!place && best) hypotheses.push(`The fault is in \`${best.path}\`. ${best.reason}`);
  if (hypotheses.length === 0) {
    hypotheses.push("The reports name no place in the code; the fault must first be reproduced.");
  }
  return hypotheses;
}

function stepsOf(evidence: Evidence, candidates: CandidateFile[]): string[] {
  const place = placeOf(evidence);
  const steps: string[] = [];
  if (place) {
    steps.push(`Open ${place} and find which value is missing or unexpected there, and when.`);
    steps.push(
      `Make the smallest change at ${place} that handles this case and leaves all others as they are.`,
    );
  } else if (candidates[0]) {
    steps.push(`Reproduce what the reports describe, starting from \`${candidates[0].path}\`.`);
    steps.push(
      "Make the smallest change that corrects it and leaves all other behaviour as it is.",
    );
  } else {
    steps.push("Reproduce what the reports describe and find the file that is at fault.");
    steps.push("Make the smallest change that corrects it.");
  }
  steps.push(
    "Add a test that fails without the change, where the project has tests for this code.",
  );
  return steps;
}

function validationOf({ repository }: PlanInput, evidence: Evidence): string[] {
  const error = errorOf(evidence);
  const validation: string[] = [];
  if (error) validation.push(`The case that threw ${error} no longer throws.`);
  else validation.push("What the reports describe no longer happens.");
  validation.push("All tests that passed before the change pass after it.");
  if (repository)
    validation.push(`The change is compared with commit ${repository.sha.slice(0, 12)}.`);
  return validation;
}
