import { REPO_DIR, WORK_DIR, type Sandbox } from "../sandbox/sandbox";
import { readReport } from "../evidence/read-report";
import { testCommandOf, type TestCommand } from "../evidence/test-command";
import type { SuiteRun } from "../evidence/verdict";
import { RunFailure, type RunContext } from "./context";
import { workFolder } from "./set-up";

const TEST_MS = 10 * 60_000;
const OUTPUT = `${WORK_DIR}/tests.out`;
const REPORT = `${WORK_DIR}/tests.report`;
/** Read of one run's output and of its report; what comes after is dropped. */
const READ_BYTES = 4_000_000;

/** A run of the tests as it is kept between the stages: in R2, since a report may be larger than a step's result. */
export type SuiteName = "baseline" | "new-tests-1" | "new-tests-2" | "change-1" | "change-2";

/** How the base says that its tests are run; null when it does not. */
export async function findTestCommand(
  context: RunContext,
  sandboxId: string,
): Promise<TestCommand | null> {
  const sandbox = await context.deps.sandboxes().connect(sandboxId);
  const { testCommand, pathPrefix } = context.project;
  const folder = pathPrefix ? `${REPO_DIR}/${pathPrefix}` : REPO_DIR;
  return testCommandOf(
    { projectCommand: testCommand, read: (path) => textOf(sandbox, `${folder}/${path}`) },
    REPORT,
  );
}

/** Runs the whole test command once, keeps its log and its results, and says how it went. */
export async function runSuite(
  context: RunContext,
  sandbox: Sandbox,
  test: TestCommand,
  name: SuiteName,
): Promise<SuiteRun> {
  const { deps, run, project } = context;
  const command =
    `rm -f ${REPORT}; (\n${test.command}\n) 2>&1 | { head -c ${READ_BYTES} > ${OUTPUT}; cat > /dev/null; }; ` +
    `code=\${PIPESTATUS[0]}; tail -c 4000 ${OUTPUT}; exit $code`;
  const cwd = workFolder(project.pathPrefix);
  const ended = await sandbox.run(command, { cwd, env: test.env, timeoutMs: TEST_MS });
  const cut = test.reportFile ? `${REPORT}.cut` : OUTPUT;
  if (test.reportFile)
    await sandbox.run(`head -c ${READ_BYTES} ${REPORT} > ${cut}`, { timeoutMs: 60_000 });
  const { exitCode, timedOut } = ended;
  const suite = { exitCode, timedOut, report: readReport((await textOf(sandbox, cut)) ?? "") };
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
