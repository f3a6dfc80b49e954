import type { ModelTask } from "../../domain/models";
import { openAccount, type Account, type Payer } from "./account";
import type { GatewayDeps } from "./deps";
import type { ProviderModel } from "./providers";
import { isPassing, sendUpstream, type Refusal } from "./send";
import { upstreamOf, type ModelCall } from "./upstream";

/** One model that may answer, and the call in the words of its wire. */
export type Candidate = { model: ProviderModel; call: ModelCall };

export type Called =
  | { kind: "answer"; response: Response; account: Account; model: ProviderModel }
  | { kind: "refusal"; refusal: Refusal };

/** Bytes of a request for one token: low, so that the reservation is not. */
const BYTES_PER_TOKEN = 3;

/**
 * Makes one call: reserves its highest price (input estimate and longest answer), asks with patience, and where the service stays
 * out of order or has no quota left today, asks the next candidate. The caller settles the account once it knows the usage; until
 * then, and if it never does, the reserved price stands. A wrong key or request ends it at once. Throws `ModelHalt` without money.
 */
export async function callModel(
  deps: GatewayDeps,
  payer: Payer,
  task: ModelTask,
  candidates: [Candidate, ...Candidate[]],
  { patienceMs, outputLimit }: { patienceMs: number; outputLimit?: number },
): Promise<Called> {
  let refused: Called | null = null;
  for (const { model, call } of candidates) {
    const upstream = upstreamOf(model, call, outputLimit);
    const bytes = new TextEncoder().encode(upstream.body).byteLength;
    const most = { input: Math.ceil(bytes / BYTES_PER_TOKEN), output: upstream.outputTokens };
    const account = await openAccount(deps, payer, task, model, most);
    const sent = await sendUpstream(upstream, patienceMs);
    if (sent.kind === "answer") return { ...sent, account, model };
    await account.giveBack();
    refused = sent;
    if (!sent.refusal.today && !isPassing(sent.refusal)) break;
  }
  return refused!;
}
