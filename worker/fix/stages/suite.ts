import { WORK_DIR, type Sandbox } from "../sandbox/sandbox";
import { joinReports, readReport } from "../evidence/read-report";
import type { TestReport } from "../evidence/test-report";
import { testCommandOf, type ReportPlace, type TestCommand } from "../evidence/test-command";
import type { SuiteRun } from "../evidence/verdict";
import { RunFailure, type RunContext } from "./context";
import { workFolder } from "./set-up";

const TEST_MS = 10 * 60_000;
const MINUTE = 60_000;
const OUTPUT = `${WORK_DIR}/tests.out`;
const SCRIPT = `${WORK_DIR}/tests.sh`;
const REPORTS = `${WORK_DIR}/reports`;
const CUT = `${WORK_DIR}/report.cut`;
const LIST = `${WORK_DIR}/base.list`;
/** Read of one run's output and of each report; what comes after is dropped. */
const READ_BYTES = 4_000_000;
const LIST_BYTES = 4_000_000;
/** What `timeout` answers when it has ended the command, politely or not. */
const TIMED_OUT = [124, 137];

/** A run of the tests as it is kept between the stages: in R2, since a report may be larger than a step's result. */
export type SuiteName = "baseline" | "new-tests-1" | "new-tests-2" | "change-1" | "change-2";

/** How the base says that its tests are run; null when it does not. */
export async function findTestCommand(
  context: RunContext,
  sandboxId: string,
): Promise<TestCommand | null> {
  const sandbox = await context.deps.sandboxes().connect(sandboxId);
  const { testCommand, pathPrefix } = context.project;
  const folder = workFolder(pathPrefix);
  const base = {
    projectCommand: testCommand,
    paths: await pathsIn(sandbox, folder),
    read: (path: string) => textOf(sandbox, `${folder}/${path}`),
    hasPytest: async () => {
      const { exitCode } = await sandbox.run('python3 -c "import pytest"', { timeoutMs: MINUTE });
      return exitCode === 0;
    },
  };
  return testCommandOf(base, REPORTS, WORK_DIR);
}

/** The files at the base inside a folder, relative to it. */
async function pathsIn(sandbox: Sandbox, folder: string): Promise<string[]> {
  await sandbox.run(`git ls-files -z | head -c ${LIST_BYTES} > ${LIST}`, {
    cwd: folder,
    timeoutMs: MINUTE,
  });
  return ((await textOf(sandbox, LIST)) ?? "").split("\0").slice(0, -1);
}

/** Runs the whole test command once, keeps its log and its results, and says how it went. */
export async function runSuite(
  context: RunContext,
  sandbox: Sandbox,
  test: TestCommand,
  name: SuiteName,
  limitMs = TEST_MS,
): Promise<SuiteRun> {
  const { deps, run, project } = context;
  for (const [path, text] of Object.entries(test.programs)) await sandbox.write(path, text);
  await sandbox.write(SCRIPT, `set -o pipefail\n${test.text}\n`);
  const command =
    `rm -rf ${REPORTS}; mkdir -p ${REPORTS}; timeout -k 10 ${limitMs / 1000} bash ${SCRIPT} 2>&1 < /dev/null | ` +
    `{ head -c ${READ_BYTES} > ${OUTPUT}; cat > /dev/null; }; code=\${PIPESTATUS[0]}; tail -c 4000 ${OUTPUT}; exit $code`;
  const cwd = workFolder(project.pathPrefix);
  const ended = await sandbox.run(command, { cwd, env: test.env, timeoutMs: limitMs + MINUTE });
  const timedOut = ended.timedOut || TIMED_OUT.includes(ended.exitCode);
  const report = await reportOf(sandbox, test);
  const suite = { exitCode: ended.exitCode, timedOut, report };
  const log = (await textOf(sandbox, OUTPUT)) ?? ended.output;
  await Promise.all([
    deps.archive.put(evidenceKey(run, `${name}.log`), log),
    deps.archive.put(evidenceKey(run, `${name}.json`), JSON.stringify(suite)),
  ]);
  const text = ended.output.slice(-3_500);
  if (text.trim() !== "")
    await context.say({ level: 3, kind: "output", key: `${name}-output`, text });
  return suite;
}

/** What the places of a command hold, in one report; a folder's printed ones only where no runner has written a file there. */
async function reportOf(sandbox: Sandbox, { reports }: TestCommand): Promise<TestReport | null> {
  const found: { place: ReportPlace; report: TestReport }[] = [];
  for (const place of reports) {
    await sandbox.run(`rm -f ${CUT}; head -c ${READ_BYTES} ${place.path} > ${CUT}`, {
      timeoutMs: MINUTE,
    });
    const report = readReport((await textOf(sandbox, CUT)) ?? "");
    if (report) found.push({ place, report });
  }
  return joinReports(found);
}

/** A run of the tests that an earlier stage has kept. */
export async function readSuite(context: RunContext, name: SuiteName): Promise<SuiteRun> {
  const stored = await context.deps.archive.get(evidenceKey(context.run, `${name}.json`));
  if (!stored) throw new RunFailure("The results of the tests are gone from the archive.");
  return stored.json<SuiteRun>();
}

/** One line for people: how a run of the tests went. */
export function suiteWords({ report, exitCode, timedOut }: SuiteRun): string {
  if (timedOut) return "did not end in time";
  if (!report) return exitCode === 0 ? "passed" : `failed (exit code ${exitCode})`;
  const count = (status: string) => report.tests.filter((test) => test.status === status).length;
  return `${count("passed")} passed, ${count("failed")} failed`;
}

export function evidenceKey(run: { projectId: string; id: string }, name: string): string {
  return `runs/${run.projectId}/${run.id}/evidence/${name}`;
}

async function textOf(sandbox: Sandbox, path: string): Promise<string | null> {
  const bytes = await sandbox.read(path);
  return bytes && new TextDecoder().decode(bytes);
}
