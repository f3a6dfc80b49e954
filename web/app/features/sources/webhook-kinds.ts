import type { SourceKind } from "../../api.server";

/** The sources that deliver to a signed address of their own. */
export const WEBHOOK_KINDS = ["sentry", "github"] as const satisfies SourceKind[];
