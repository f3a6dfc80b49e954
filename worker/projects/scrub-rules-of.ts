import { DEFAULT_SCRUB_RULES, type ScrubRules } from "../domain/scrub-rules";
import { within } from "../kit/deadline";
import { logFailure } from "../kit/log";
import type { Db } from "../store/db";
import { findProject } from "../store/projects";

const SCRUB_RULES_KEPT_MS = 60_000;
const SCRUB_RULES_WITHIN_MS = 300;

/** A project's rules, remembered for a minute; everything is scrubbed while the database is away. */
export function scrubRulesOf(db: Db): (projectId: string) => Promise<ScrubRules> {
  const known = new Map<string, { rules: ScrubRules; at: number }>();
  return async (projectId) => {
    const recent = known.get(projectId);
    if (recent && Date.now() - recent.at < SCRUB_RULES_KEPT_MS) return recent.rules;
    try {
      const project = await within(SCRUB_RULES_WITHIN_MS, () => findProject(db, projectId));
      const rules = { ...DEFAULT_SCRUB_RULES, ...project?.settings.scrub };
      if (known.size > 1_000) known.clear();
      known.set(projectId, { rules, at: Date.now() });
      return rules;
    } catch (error) {
      logFailure("scrub_rules_not_read", error, { project_id: projectId });
      return recent?.rules ?? DEFAULT_SCRUB_RULES;
    }
  };
}
