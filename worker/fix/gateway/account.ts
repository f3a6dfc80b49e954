import { priceVersion, type ModelTask } from "../../domain/models";
import { newId } from "../../domain/ids";
import { runBatch } from "../../store/db";
import { insertModelCall, settleModelCall } from "../../store/model-calls";
import type { GatewayDeps } from "./deps";
import { ModelHalt } from "./halt";
import { priceMicroUsd, type TokenCount } from "./price";
import type { ProviderModel } from "./providers";

/** Who pays: a project's day, and within it a run where the call is made for one. */
export type Payer = { projectId: string; runId: string | null };

/** The money of one call that is about to be made: reserved, and written in the ledger. */
export type Account = {
  settle(used: TokenCount): Promise<void>;
  /** Nothing was answered, so nothing is owed. */
  giveBack(): Promise<void>;
};

/**
 * Reserves the highest price of a call on the run's cap and the project's day, and writes its ledger row. Whatever is not settled
 * later stays at that price. Throws `ModelHalt` where the money does not suffice; nothing is reserved then.
 */
export async function openAccount(
  deps: Omit<GatewayDeps, "settings">,
  payer: Payer,
  task: ModelTask,
  model: Pick<ProviderModel, "name" | "price">,
  most: TokenCount,
): Promise<Account> {
  const { projectId, runId } = payer;
  const log = runId ? deps.runLog(runId) : null;
  const reserved = priceMicroUsd(most, model.price);
  const id = newId();
  if (log && !(await log.reserve(reserved))) throw new ModelHalt("run_budget");
  try {
    const { granted } = await deps.reserveForProject(projectId, reserved);
    if (!granted) throw new ModelHalt("day_budget");
  } catch (error) {
    await log?.settle(-reserved);
    throw error;
  }

  async function end(used: TokenCount, outcome: "settled" | "refused"): Promise<void> {
    const microUsd = priceMicroUsd(used, model.price);
    await log?.settle(microUsd - reserved, used);
    await deps.settleForProject(projectId, microUsd - reserved);
    const tokens = { inputTokens: used.input, outputTokens: used.output };
    await runBatch(deps.db, [
      settleModelCall(deps.db, projectId, id, { outcome, microUsd, ...tokens }),
    ]);
  }

  const account: Account = {
    settle: (used) => end(used, "settled"),
    giveBack: () => end({ input: 0, output: 0 }, "refused"),
  };
  try {
    await runBatch(deps.db, [
      insertModelCall(deps.db, {
        id,
        projectId,
        runId,
        task,
        model: model.name,
        outcome: "reserved",
        inputTokens: most.input,
        outputTokens: most.output,
        microUsd: reserved,
        priceVersion: priceVersion(model.price),
        createdAt: deps.clock(),
      }),
    ]);
  } catch (error) {
    // No row, no call: what is not in the ledger must not be spent.
    await log?.settle(-reserved);
    await deps.settleForProject(projectId, -reserved);
    throw error;
  }
  return account;
}
