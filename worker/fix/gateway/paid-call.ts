import type { ModelTask } from "../../domain/models";
import { logFailure } from "../../kit/log";
import { openAccount, type Payer } from "./account";
import type { GatewayDeps } from "./deps";
import type { TokenCount } from "./price";
import type { ProviderModel } from "./providers";

/**
 * One call of a model that somebody else makes: its money is reserved and written in the ledger before it, and settled by what it
 * told after it; without that the highest price stands. A call that throws was not answered and costs nothing. Throws `ModelHalt`
 * without money.
 */
export async function paidCall<T>(
  deps: Omit<GatewayDeps, "settings">,
  payer: Payer,
  task: ModelTask,
  model: Pick<ProviderModel, "name" | "price">,
  most: TokenCount,
  call: () => Promise<{ answer: T; used: TokenCount | null }>,
): Promise<T> {
  const account = await openAccount(deps, payer, task, model, most);
  const { answer, used } = await call().catch(async (error: unknown) => {
    await account.giveBack();
    throw error;
  });
  // The answer is there and paid for: that its row could not be settled is no reason to lose it.
  if (used) {
    await account.settle(used).catch((error: unknown) => logFailure("call_not_settled", error));
  }
  return answer;
}
