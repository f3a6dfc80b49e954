import { z } from "zod";
import { ForeignError } from "../../../kit/foreign-error";
import { isTestFile } from "../../evidence/patch-files";
import type { AskedModel, Question } from "../../gateway/ask-model";
import type { EdgeRunner, Proposal, ProposedFile, ProposeInput } from "../runner";
import { patchQuestion, pickQuestion } from "./prompts";
import { checkedPatch } from "./checked-patch";

const MOST_FILES = 5;
const LONGEST_FILE = 10_000;
const MOST_PICKED = 2;
const TESTS_SHOWN = 30;
const EXAMPLE_CHARS = 4_000;
const TRIES = 2;

/** Files that hold no code that people write, and need not be offered. */
const NOT_CODE =
  /(^|\/)(node_modules|vendor|dist|build|coverage|\.[^/]+)\/|(^|\/)[^/]*lock[^/]*\.(json|ya?ml)$|\.(md|txt|lock|png|jpe?g|gif|svg|ico|pdf|woff2?|map|min\.js|snap|csv|zip|gz)$/i;

const Patch = z.object({
  files: z.array(z.object({ path: z.string(), updated_content: z.string() })).max(6),
  summary: z.string().trim().max(4_000),
});
const Picked = z.object({ paths: z.array(z.string()).max(20) });

/**
 * The runner that needs no agent: one question to the project's model for code, with the plan and the plan's files (at most five, of
 * at most 10,000 characters), and the changed files, whole, as the answer. Where the plan names none that is there, the model first
 * picks one or two from the list of paths. An answer that names other files is refused; a new test may come with it.
 */
export const llmPatch: EdgeRunner = { kind: "edge", name: "llm_patch", mends: true, propose };

async function propose(input: ProposeInput): Promise<Proposal> {
  const { model, plan } = input;
  if (!model) return nothing("No model is set up for this runner.");
  const paths = await input.listFiles();
  const files = (await candidates(input)) ?? (await pick(model, input, paths));
  if (files.length === 0) {
    return nothing(
      `Neither the plan nor the model names a file of at most ${LONGEST_FILE} characters that could be changed.`,
    );
  }
  const tests = paths.filter((path) => isTestFile(path)).slice(0, TESTS_SHOWN);
  const example = await exampleOf(input, tests);
  const question = patchQuestion({
    plan,
    files,
    example,
    tests,
    notes: input.notes,
    faults: input.faults,
  });
  const patch = await askFor(model, question, Patch);
  if (!patch) return nothing("The model gave no answer that could be read.");
  const checked = checkedPatch(patch.files, files, new Set(paths));
  if (typeof checked === "string") return nothing(checked);
  if (checked.files.length === 0)
    return nothing(`The model changed nothing: ${patch.summary || "it gives no reason"}`);
  return { kind: "changed", ...checked, summary: patch.summary || "A model made this change." };
}

/** The files to change: those changed already, then the plan's; null where none of them can be shown whole. */
async function candidates({
  plan,
  changed,
  readFile,
}: ProposeInput): Promise<ProposedFile[] | null> {
  const named = [
    ...changed,
    ...plan.candidate_files.map(({ path }) => path),
    ...(plan.crash?.frames ?? []).map(({ path }) => path),
  ];
  const files = await readAll(named, readFile, MOST_FILES);
  return files.length > 0 ? files : null;
}

/** The model's own pick, checked against the tree. */
async function pick(
  model: AskedModel,
  { plan, readFile }: ProposeInput,
  paths: string[],
): Promise<ProposedFile[]> {
  const offered = paths.filter((path) => !NOT_CODE.test(path) && !isTestFile(path));
  if (offered.length === 0) return [];
  const picked = await askFor(model, pickQuestion(plan, offered), Picked);
  const known = new Set(offered);
  return readAll(picked?.paths.filter((path) => known.has(path)) ?? [], readFile, MOST_PICKED);
}

async function readAll(
  paths: string[],
  readFile: ProposeInput["readFile"],
  most: number,
): Promise<ProposedFile[]> {
  const files: ProposedFile[] = [];
  for (const path of new Set(paths)) {
    if (files.length === most) break;
    const content = await readFile(path).catch(() => null);
    if (content !== null && content.length <= LONGEST_FILE) files.push({ path, content });
  }
  return files;
}

async function exampleOf(input: ProposeInput, tests: string[]): Promise<ProposedFile | null> {
  for (const path of tests.slice(0, 3)) {
    const content = await input.readFile(path);
    if (content !== null) return { path, content: content.slice(0, EXAMPLE_CHARS) };
  }
  return null;
}

/** The answer, asked for once more where it could not be read; null where that did not help either. */
async function askFor<T>(
  model: AskedModel,
  question: Question,
  schema: z.ZodType<T>,
): Promise<T | null> {
  for (let tried = 1; tried <= TRIES; tried++) {
    try {
      const answer = schema.safeParse(JSON.parse(await model.ask(question)));
      if (answer.success) return answer.data;
    } catch (error) {
      const unreadable =
        error instanceof SyntaxError ||
        (error instanceof ForeignError && error.kind === "invalid_reply");
      if (!unreadable) throw error;
    }
  }
  return null;
}

function nothing(reason: string): Proposal {
  return { kind: "nothing", reason: reason.slice(0, 1_000) };
}
