import { firstText } from "../loose";

/** Python's and Ruby's loggers count their levels; others write them in words of their own. */
const SAME_AS: Record<string, string> = {
  "10": "debug",
  "20": "info",
  "30": "warning",
  "40": "error",
  "50": "fatal",
  trace: "debug",
  log: "info",
  warn: "warning",
  err: "error",
  critical: "fatal",
};

/** The first level that is told, in Sentry's own words where it means one of them; else as it was written, in lower case. */
export function sentryLevel(...told: unknown[]): string | undefined {
  const name = firstText(...told)
    ?.trim()
    .toLowerCase();
  return name !== undefined && Object.hasOwn(SAME_AS, name) ? SAME_AS[name] : name;
}
