/** A cluster job's life. The brain moves it on; people can only cancel it. The last three are final. */
export const CLUSTER_JOB_STATUSES = [
  "pending",
  "running",
  "succeeded",
  "failed",
  "cancelled",
] as const;
export type ClusterJobStatus = (typeof CLUSTER_JOB_STATUSES)[number];

/** Whether something is still done for it. */
export function isLiveJob(status: ClusterJobStatus): boolean {
  return status === "pending" || status === "running";
}
