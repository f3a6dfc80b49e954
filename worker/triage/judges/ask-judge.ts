import { isBudgetSpent } from "../../domain/errors";
import { logFailure } from "../../kit/log";
import type { Question, Verdict } from "../grey-problem";
import type { Judge, JudgedReport } from "./judge";

/** Questions of one batch, the most similar pairs first: a few seconds and a few tenths of a cent at most. */
export const QUESTIONS_LIMIT = 8;

export type AskDeps = {
  judge: Judge;
  /** The reports by id; those that are gone are missing. */
  reports(ids: string[]): Promise<ReadonlyMap<string, JudgedReport>>;
};

/**
 * Asks the judge about pairs in the grey zone, as many as the day's budget allows. Without money, or when the call fails, a pair
 * stays unanswered: the vectors decide then. Never throws for the judge's failure.
 */
export async function askJudge(deps: AskDeps, questions: readonly Question[]): Promise<Verdict[]> {
  const asked = questions.slice(0, QUESTIONS_LIMIT);
  const reports = await deps.reports(asked.flatMap(({ a, b }) => [a, b]));
  const answers = await Promise.all(asked.map((question) => askOne(deps, question, reports)));
  return answers.filter((verdict) => verdict !== null);
}

async function askOne(
  deps: AskDeps,
  { a, b }: Question,
  reports: ReadonlyMap<string, JudgedReport>,
): Promise<Verdict | null> {
  const pair = [reports.get(a), reports.get(b)] as const;
  if (!pair[0] || !pair[1]) return null;
  try {
    const { same, reason } = await deps.judge.judge([pair[0], pair[1]]);
    return { a, b, same, reason };
  } catch (error) {
    if (!isBudgetSpent(error)) logFailure("judge_failed", error);
    return null;
  }
}
