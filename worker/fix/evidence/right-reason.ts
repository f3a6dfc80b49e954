import { shortName, type TestCase, type TestFailure } from "./test-report";

/** The error behind a cluster. */
export type Crash = { type: string | null; message: string | null } | null;

/** By assertion, or by the cluster's own error. A missing function or name is a test of something that is not there. */
export function isRightReason(failure: TestFailure | null, crash: Crash): boolean {
  if (!failure) return false;
  if (failure.kind === "assertion") return true;
  if (failure.kind !== "error" || !failure.type || !crash?.type) return false;
  if (!isSameError(failure.type, failure.message, crash.type, crash.message)) return false;
  const absent = /is not (?:a function|defined|a constructor)|has no attribute/;
  return !absent.test(failure.message) || absent.test(crash.message ?? "");
}

/** By class. A panic of Go or Rust has none in a test's output: there its words have to be the same. */
function isSameError(
  type: string,
  message: string,
  crashType: string,
  crashMessage: string | null,
): boolean {
  if (type !== "panic") return shortName(type) === shortName(crashType);
  const words = (crashMessage ?? "").replace(/\d+/g, "0").slice(0, 40);
  return words !== "" && message.replace(/\d+/g, "0").includes(words);
}

/** Whether a failing test is one of the patch's. Where the report names no file, its name alone has to do. */
export function isInPatch(test: TestCase, testFiles: readonly string[]): boolean {
  const { file } = test;
  return (
    file === null ||
    testFiles.some(
      (path) => file === path || file.endsWith(`/${path}`) || path.endsWith(`/${file}`),
    )
  );
}
