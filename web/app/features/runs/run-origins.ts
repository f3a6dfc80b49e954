import type { RunView } from "../../api.server";

type Origin = RunView["resume_from"];

/** Where a run can begin once more, in words. */
export const ORIGIN_LABELS: Record<Origin, string> = {
  start: "from scratch",
  work: "from its last patch, with the agent",
  proof: "with its last patch as it is: test it and open the draft",
};

export const ORIGINS = Object.keys(ORIGIN_LABELS) as Origin[];
