/** Files that hold no logic, or none that people write. */
const NOT_CODE =
  /(^|\/)(\.[^/]+|package-lock\.json|yarn\.lock|pnpm-lock\.yaml|license[^/]*|dist|build|coverage|vendor)(\/|$)|\.(md|txt|lock|png|jpe?g|gif|svg|ico|pdf|woff2?|map|min\.js|snap|csv|zip|gz)$/i;
const TEST_FILE = /(^|\/)(tests?|__tests__|spec|e2e|fixtures)\/|\.(test|spec)\.[a-z]+$/i;

/** Whether a path may hold code that people write. */
export function mayHoldCode(path: string): boolean {
  return !NOT_CODE.test(path);
}

/** How much a file counts: the fault is seldom in a test. */
export function weightOf(path: string): number {
  return TEST_FILE.test(path) ? 0.25 : 1;
}
