import type { ClusterStatus } from "../../api.server";
import { Badge, type Tone } from "../../ui/badge";
import type { IconName } from "../../ui/icon";

type Look = { label: string; tone: Tone; icon: IconName; pulse?: true };

/** How each status reads and looks: total, so that a new status does not compile without its words. */
export const CLUSTER_LOOKS: Record<ClusterStatus, Look> = {
  new: { label: "New", tone: "quiet", icon: "dot" },
  fixing: { label: "Fixing", tone: "accent", icon: "run", pulse: true },
  pr_opened: { label: "PR open", tone: "accent", icon: "pull" },
  merged: { label: "Merged", tone: "good", icon: "pull" },
  resolved: { label: "Resolved", tone: "good", icon: "check" },
  failed: { label: "Failed", tone: "bad", icon: "alert" },
  ignored: { label: "Ignored", tone: "quiet", icon: "minus" },
  regressed: { label: "Regressed", tone: "warn", icon: "back" },
};

export const CLUSTER_STATUSES = Object.keys(CLUSTER_LOOKS) as ClusterStatus[];

export function ClusterBadge({ status }: { status: ClusterStatus }) {
  const { label, ...look } = CLUSTER_LOOKS[status];
  return <Badge {...look}>{label}</Badge>;
}
