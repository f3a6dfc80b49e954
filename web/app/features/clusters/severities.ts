import type { Severity } from "../../api.server";

export const SEVERITIES = ["low", "medium", "high"] as const satisfies readonly Severity[];
