import { isTestFile } from "../../evidence/patch-files";
import type { ProposedFile } from "../runner";

const LONGEST_CONTENT = 40_000;
const LONGEST_PATH = 200;

/**
 * What a model's answer may be used for: files that it was shown, whose text has changed, and at most one new test. A reason, in
 * plain words, where it asks for more. Line ends and the last newline stay as the file had them. Pure.
 */
export function checkedPatch(
  answered: readonly { path: string; updated_content: string }[],
  shown: readonly ProposedFile[],
  tree: ReadonlySet<string>,
): { files: ProposedFile[]; test: ProposedFile | null } | string {
  const before = new Map(shown.map((file) => [file.path, file.content]));
  const files: ProposedFile[] = [];
  let test: ProposedFile | null = null;
  const seen = new Set<string>();
  for (const { path, updated_content: content } of answered) {
    const named = JSON.stringify(path.slice(0, LONGEST_PATH));
    if (seen.has(path)) return `The model answered ${named} twice.`;
    seen.add(path);
    if (content.trim() === "") return `The model would empty ${named}.`;
    if (content.length > LONGEST_CONTENT) return `The model's text of ${named} is too long.`;
    const old = before.get(path);
    if (old !== undefined) {
      const kept = inStyleOf(old, content);
      if (kept !== old) files.push({ path, content: kept });
    } else if (isNewTest(path, tree)) {
      if (test) return "The model wrote more than one new test file.";
      test = { path, content: content.endsWith("\n") ? content : `${content}\n` };
    } else {
      return `The model would change ${named}, which it was not given.`;
    }
  }
  return { files, test };
}

function isNewTest(path: string, tree: ReadonlySet<string>): boolean {
  const parts = path.split("/");
  return (
    path.length <= LONGEST_PATH &&
    /^[\w@.+/-]+$/.test(path) &&
    !parts.some((part) => part === "" || part.startsWith(".")) &&
    !tree.has(path) &&
    isTestFile(path)
  );
}

/** Models write `\n`, and forget or add the newline at the end: neither is a change that a fix needs. */
function inStyleOf(old: string, content: string): string {
  const crlf = old.includes("\r\n") && !/[^\r]\n/.test(old);
  const lines = content.replaceAll("\r\n", "\n").replace(/\n+$/, "");
  const end = /(?:\r?\n)*$/.exec(old)![0];
  return `${crlf ? lines.replaceAll("\n", "\r\n") : lines}${end}`;
}
