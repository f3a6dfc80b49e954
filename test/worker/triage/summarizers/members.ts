import type { SummaryMember } from "../../../../worker/triage/summarizers/summarizer";

/** A member of a cluster; what is not said is empty. */
export function member(parts: Partial<SummaryMember>): SummaryMember {
  return { id: "m", source: "manual", title: "", body: "", crash: null, vector: null, ...parts };
}
