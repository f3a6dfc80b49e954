/** Clocks of two machines may differ by this much. */
const CLOCK_MARGIN_MS = 200;

/** Announces, unless an alarm that was set by an earlier announcement is still to come: it will see this report too. */
export function announcer(
  announce: (projectId: string) => Promise<number>,
): (projectId: string) => Promise<void> {
  const covered = new Map<string, number>();
  return async (projectId) => {
    if (Date.now() + CLOCK_MARGIN_MS < (covered.get(projectId) ?? 0)) return;
    if (covered.size > 1_000) covered.clear();
    covered.set(projectId, await announce(projectId));
  };
}
