import { z } from "zod";

const line = z.string().trim().min(1).max(2_000);

/** A file that the fix probably touches, and why we think so. `line` is 1-based in the pinned commit. */
export const CandidateFile = z.object({
  path: z.string().min(1).max(500),
  reason: z.string().max(500),
  line: z.number().int().positive().nullable().default(null),
});
export type CandidateFile = z.infer<typeof CandidateFile>;

/** The error behind the plan, with frames mapped to repository paths (crash site first). */
export const PlannedCrash = z.object({
  type: z.string().max(200).nullable(),
  message: z.string().max(1_000).nullable(),
  frames: z
    .array(
      z.object({
        path: z.string().max(500),
        line: z.number().int().positive(),
        column: z.number().int().positive().nullable(),
        function: z.string().max(300).nullable(),
      }),
    )
    .max(20),
});
export type PlannedCrash = z.infer<typeof PlannedCrash>;

/** What a person reads, edits and approves before any code is written. */
export const PlanContent = z.object({
  summary: z.string().trim().min(1).max(4_000),
  hypotheses: z.array(line).max(10),
  candidate_files: z.array(CandidateFile).max(20),
  steps: z.array(line).max(30),
  validation: z.array(line).max(20),
  crash: PlannedCrash.nullable().default(null),
  /** What a reader has to know of how it was made. An edit takes it away. */
  notice: z.string().max(500).optional(),
});
export type PlanContent = z.infer<typeof PlanContent>;
