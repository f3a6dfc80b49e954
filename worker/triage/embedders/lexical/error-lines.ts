import { parseErrorHeader } from "../../../domain/error-header";

/** `types` are the names of errors without their packages; `words` is the text with only the errors' messages left. */
export type SplitErrors = { types: string[]; words: string };

const LINE_LIMIT = 600;
/** A line, or a title, that says no more than that there was an error. */
const BARE = /^\W*(?:uncaught |unhandled |fatal )?(?:error|exception)\W*$/i;
/** What runtimes write around a trace, the same in every report. */
const CAPTION =
  /^\s*(?:Traceback \(most recent call last\):|(?:stack ?trace|stack backtrace|call stack):|goroutine \d+ \[[^\]]{1,60}\]:|exit status \d+|note: run with `RUST_BACKTRACE=|\.\.\. \d+ (?:more|common frames omitted))/i;

/**
 * Takes the names of errors out of the text around a stack trace, where they belong to the trace: the words of a bare
 * `NullPointerException` would else make all of them alike. For reports with frames only.
 */
export function splitErrors(text: string): SplitErrors {
  const types: string[] = [];
  const lines = text.split("\n").map((line) => {
    if (line.length > LINE_LIMIT) return line;
    if (BARE.test(line) || CAPTION.test(line)) return "";
    const header = parseErrorHeader(line);
    if (!header) return line;
    types.push(errorName(header.type));
    return header.message ?? "";
  });
  return { types, words: lines.join("\n") };
}

/** The last part of `java.lang.NullPointerException`, `App\Errors\NotFound` or `std::bad_alloc`. */
export function errorName(type: string): string {
  return type.split(/[.\\:]/).at(-1) || type;
}
