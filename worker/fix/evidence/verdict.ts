import type { EvidenceRow, TestOutcome, Verdict } from "../../domain/evidence";
import { shortName, type TestCase, type TestFailure, type TestReport } from "./test-report";

/** One run of the whole test command. `report` is null where only the exit code is known. */
export type SuiteRun = { exitCode: number; timedOut: boolean; report: TestReport | null };

export type JudgeInput = {
  /** The repository's own tests at the base; null when there is no test command. */
  baseline: SuiteRun | null;
  before: SuiteRun[];
  after: SuiteRun[];
  /** Test files of the patch, as paths in the repository. */
  testFiles: string[];
  /** Test configuration, scripts or preloads that the patch touches: then nothing that its tests say counts. */
  configuration: string[];
  /** The error behind the cluster. */
  crash: { type: string | null; message: string | null } | null;
};

export type Judgement = {
  verdict: Verdict;
  /** Why, in one sentence. */
  because: string;
  rows: EvidenceRow[];
  /** Failing before the change already: never held against it. */
  preexisting: string[];
  /** Failed both times with the whole patch, and not at the base. */
  newlyFailing: string[];
};

const ROWS_LIMIT = 50;
/** What a shell answers for a program that cannot be run, or is not there (POSIX, Shell Command Language 2.8.2). */
const ABSENT = [126, 127];

/**
 * What four runs of the tests prove. Pure. `proven` needs a test of the patch that failed twice at the base for the right reason
 * and passed twice with the change.
 */
export function judge(input: JudgeInput): Judgement {
  const before = input.before.map(index);
  const after = input.after.map(index);
  const base = index(input.baseline);
  const rows = candidates(base, before, after).map((name) =>
    rowOf(name, known(base, name) === undefined, before, after, input),
  );
  const preexisting = namesWith(base, "failed");
  const lost = lostTests(base, after);
  const shown = rows.toSorted((a, b) => Number(b.counts) - Number(a.counts)).slice(0, ROWS_LIMIT);
  const facts = {
    rows: shown.map(({ ours: _ours, ...row }) => row),
    preexisting,
    newlyFailing: newlyFailing(input, base, after),
  };
  return { ...facts, ...decide(input, rows, lost) };
}

function decide(
  input: JudgeInput,
  rows: Row[],
  lost: string[],
): Pick<Judgement, "verdict" | "because"> {
  const { before, after, baseline } = input;
  if (!baseline)
    return { verdict: "none", because: "There is no test command, so nothing was run." };
  if (input.configuration.length > 0)
    return {
      verdict: "none",
      because: `The change touches how tests are run (${input.configuration.join(", ")}), so its tests prove nothing.`,
    };
  if (input.testFiles.length === 0)
    return { verdict: "none", because: "The change brings no test in a file of its own." };
  if (before.length < 2 || after.length < 2)
    return { verdict: "none", because: "The tests were not run twice." };
  if ([...before, ...after].some((run) => run.timedOut))
    return { verdict: "none", because: "The tests did not end in time." };
  const unread = [baseline, ...before, ...after].every((run) => run.report === null);
  if (unread && ABSENT.includes(baseline.exitCode))
    return {
      verdict: "none",
      because: "The program that runs the tests is not in the sandbox, or cannot be run there.",
    };
  if (unread) return byExitCode(input);
  if (lost.length > 0)
    return {
      verdict: "none",
      because: `“${lost[0]}” passed at the base and is not run with the change${lost.length > 1 ? `, and ${lost.length - 1} more` : ""}.`,
    };
  const wavering = rows.find((row) => row.ours && (differ(row.before) || differ(row.after)));
  if (wavering)
    return { verdict: "flaky", because: `“${wavering.name}” did not give the same result twice.` };
  if (rows.some((row) => row.counts && settled(row, "failed", "passed")))
    return {
      verdict: "proven",
      because: "A test of the change failed twice without it and passed twice with it.",
    };
  const failed = rows.find((row) => row.before.includes("failed"));
  if (failed && !failed.counts)
    return {
      verdict: "none",
      because: `“${failed.name}” failed at the base, but not for the right reason (${failed.reason ?? "unknown"}).`,
    };
  if (failed)
    return { verdict: "none", because: `“${failed.name}” does not pass with the change.` };
  const ran = rows.some((row) => row.ours && row.after.some((one) => one !== "absent"));
  return {
    verdict: "none",
    because: ran
      ? "No test of the change fails without it."
      : "The runner reported no test of the change: it found none, or could not load them.",
  };
}

function byExitCode({
  baseline,
  before,
  after,
}: JudgeInput): Pick<Judgement, "verdict" | "because"> {
  const codes = (runs: SuiteRun[]) => runs.map((run) => run.exitCode !== 0);
  const [b, a] = [codes(before), codes(after)];
  if (new Set(b).size > 1 || new Set(a).size > 1)
    return { verdict: "flaky", because: "The test command did not end the same way twice." };
  if (baseline?.exitCode === 0 && b[0] && !a[0])
    return {
      verdict: "weak",
      because:
        "Only the exit code is known: it was bad with the new tests alone and good with the change.",
    };
  return {
    verdict: "none",
    because: "The exit code of the test command does not tell before from after.",
  };
}

type Index = Map<string, TestCase>;
/** `ours`: the change brings it. */
type Row = EvidenceRow & { ours: boolean };

function index(run: SuiteRun | null): Index {
  const found: Index = new Map();
  for (const test of run?.report?.tests ?? []) {
    // Two tests of one name count as one that fails if either does.
    if (found.get(test.name)?.status !== "failed") found.set(test.name, test);
  }
  return found;
}

const PART = " > ";

/**
 * A test as the base knows it. Some runners (ava) put the file before the name only where there is more than one, so that a second
 * test file gives the tests of the first one other names.
 */
function known(base: Index, name: string): TestCase | undefined {
  const test = base.get(name);
  const cut = name.indexOf(PART);
  if (test || cut < 0) return test;
  const head = name.slice(0, cut + PART.length);
  if ([...base.keys()].some((one) => one.startsWith(head))) return undefined;
  return base.get(name.slice(head.length));
}

/** Passed at the base, and in no run with the whole change: deleted, skipped, or ended by something that ended the runner. */
function lostTests(base: Index, after: Index[]): string[] {
  if (after.length === 0) return [];
  const run = new Set(
    after
      .flatMap((one) => [...one.values()].filter((test) => test.status !== "skipped"))
      .flatMap((test) => {
        const cut = test.name.indexOf(PART);
        return cut < 0 ? [test.name] : [test.name, test.name.slice(cut + PART.length)];
      }),
  );
  return namesWith(base, "passed").filter((name) => !run.has(name));
}

/** Tests that the patch brings or changes: new ones, and those that passed at the base and fail with the patch's tests. */
function candidates(base: Index, before: Index[], after: Index[]): string[] {
  const names = new Set([...before, ...after].flatMap((run) => [...run.keys()]));
  return [...names].filter((name) => {
    const test = known(base, name);
    if (!test) return true;
    return test.status === "passed" && before.some((run) => run.get(name)?.status === "failed");
  });
}

function rowOf(
  name: string,
  isNew: boolean,
  before: Index[],
  after: Index[],
  input: JudgeInput,
): Row {
  const failures = before.flatMap((run) => {
    const test = run.get(name);
    return test?.status === "failed" ? [test] : [];
  });
  const counts =
    failures.length > 0 &&
    failures.every(
      (test) => rightReason(test.failure, input.crash) && inPatch(test, input.testFiles),
    );
  const first = failures[0]?.failure;
  return {
    name,
    before: before.map((run) => run.get(name)?.status ?? "absent"),
    after: after.map((run) => run.get(name)?.status ?? "absent"),
    reason: first ? `${first.type ?? first.kind}: ${first.message}`.slice(0, 300) : null,
    counts,
    ours: isNew || counts,
  };
}

/** By assertion, or by the cluster's own error. A missing function or name is a test of something that is not there. */
function rightReason(failure: TestFailure | null, crash: JudgeInput["crash"]): boolean {
  if (!failure) return false;
  if (failure.kind === "assertion") return true;
  if (failure.kind !== "error" || !failure.type || !crash?.type) return false;
  if (shortName(failure.type) !== shortName(crash.type)) return false;
  const absent = /is not (?:a function|defined|a constructor)|has no attribute/;
  return !absent.test(failure.message) || absent.test(crash.message ?? "");
}

/** Whether a failing test is one of the patch's. Where the report names no file, its name alone has to do. */
function inPatch(test: TestCase, testFiles: string[]): boolean {
  const { file } = test;
  return (
    file === null ||
    testFiles.some(
      (path) => file === path || file.endsWith(`/${path}`) || path.endsWith(`/${file}`),
    )
  );
}

function settled(row: EvidenceRow, before: TestOutcome, after: TestOutcome): boolean {
  return row.before.every((one) => one === before) && row.after.every((one) => one === after);
}

function differ(outcomes: TestOutcome[]): boolean {
  return new Set(outcomes).size > 1;
}

function namesWith(base: Index, status: TestCase["status"]): string[] {
  return [...base.values()].filter((test) => test.status === status).map((test) => test.name);
}

/** Failing in every run with the whole patch and not at the base (without reports: the exit code turned bad). */
function newlyFailing(input: JudgeInput, base: Index, after: Index[]): string[] {
  const { baseline } = input;
  const [first] = after;
  if (!baseline || !first) return [];
  if (baseline.report && input.after.every((run) => run.report)) {
    const failing = [...first.keys()].filter((name) =>
      after.every((run) => run.get(name)?.status === "failed"),
    );
    if (failing.length > 0) return failing.filter((name) => known(base, name)?.status !== "failed");
  }
  const turned = baseline.exitCode === 0 && input.after.every((run) => run.exitCode !== 0);
  return turned ? ["the test command"] : [];
}
