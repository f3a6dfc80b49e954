/** Longer lines are not read as events. */
export const LONGEST_LINE = 200_000;
const LONGEST_TEXT = 4_000;

/** JSON, or undefined for all else. */
export function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** What an agent printed, for the log: at most 4,000 characters, and no control characters but newline and tab. */
export function cleanText(text: string): string {
  const head = text.slice(0, LONGEST_TEXT * 2).replace(/[^\P{Cc}\n\t]/gu, "");
  return head.length > LONGEST_TEXT || text.length > LONGEST_TEXT * 2
    ? `${head.slice(0, LONGEST_TEXT - 1)}…`
    : head;
}
