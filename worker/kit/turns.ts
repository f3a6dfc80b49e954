/**
 * Long work in small steps: each yield tells how much was done since the last, counted in multiply-adds (a Worker's clock
 * stands still while it computes, so time cannot be measured). What it returns is the answer.
 */
export type Steps<Answer> = Generator<number, Answer>;

/** Multiply-adds of one turn: about five milliseconds. */
const TURN_WORK = 3_000_000;

/** Runs the steps to their end at once. */
export function finish<Answer>(steps: Steps<Answer>): Answer {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** Runs the steps turn by turn; between two turns requests and timers get theirs. */
export async function inTurns<Answer>(steps: Steps<Answer>): Promise<Answer> {
  for (let left = TURN_WORK; ;) {
    const step = steps.next();
    if (step.done) return step.value;
    left -= step.value;
    if (left > 0) continue;
    await letOthers();
    left = TURN_WORK;
  }
}

/** Lets everything run that waits for the event loop: a promise alone would go on before it. */
export function letOthers(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
