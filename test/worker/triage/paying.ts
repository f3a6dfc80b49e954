import { DomainError } from "../../../worker/domain/errors";
import type { Pay, TokenCount } from "../../../worker/triage/pay";

/** An account in memory: what was reserved and used for each call; without `money` it refuses. */
export function paying(money = true) {
  const calls: { most: TokenCount; used: TokenCount | null }[] = [];
  const pay: Pay = async (most, call) => {
    if (!money) throw new DomainError("budget_exceeded", "no money");
    const { answer, used } = await call();
    calls.push({ most, used });
    return answer;
  };
  return { pay, calls };
}
