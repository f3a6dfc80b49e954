import type { ProjectActor } from "../../domain/actor";
import { DomainError } from "../../domain/errors";
import type { GatewayDeps } from "./deps";
import { priceMicroUsd, type Price } from "./price";
import { upstreamOf, type ModelCall } from "./upstream";
import { usageOf, type Wire } from "./usage";

/** Bytes of a request for one token: low, so that the reservation is not. */
const BYTES_PER_TOKEN = 3;
/** The end of an answer that is kept to read the usage from: a whole answer without a stream fits. */
const TAIL_CHARS = 262_144;

/**
 * Hands a model call on, with the real key in place of the run's token. The price (input estimate and longest answer) is
 * reserved on the run and on the project's day before the call, and settled from the usage that the answer tells; an answer
 * that breaks off stays at the reserved price. So a run never passes its cap by more than one call.
 */
export async function forwardToModel(
  deps: GatewayDeps,
  who: ProjectActor,
  call: ModelCall,
): Promise<Response> {
  if (who.actor.kind !== "run") throw new DomainError("forbidden", "This needs a run's own token.");
  const upstream = upstreamOf(deps.settings, call);
  const price = {
    input: deps.settings.MODEL_INPUT_USD_PER_MTOK,
    output: deps.settings.MODEL_OUTPUT_USD_PER_MTOK,
  };
  const body = new TextEncoder().encode(upstream.body);
  const estimate = {
    input: Math.ceil(body.byteLength / BYTES_PER_TOKEN),
    output: upstream.outputTokens,
  };
  const account = new Account(deps, who.projectId, who.actor.runId, price);
  await account.reserve(priceMicroUsd(estimate, price));
  const response = await fetch(upstream.url, {
    method: "POST",
    headers: { "content-type": "application/json", ...upstream.headers },
    body,
    // The key goes to the configured host only, not to wherever that host points.
    redirect: "manual",
  }).catch(async () => {
    await account.settle({ input: 0, output: 0 });
    throw new DomainError("upstream_failed", "The model's service did not answer.");
  });
  if (!response.ok) {
    await account.settle({ input: 0, output: 0 });
    await response.body?.cancel();
    return refusal(response);
  }
  const type = response.headers.get("content-type") ?? "application/json";
  return new Response(response.body?.pipeThrough(meter(account, call.wire)) ?? null, {
    headers: { "content-type": type },
  });
}

/** Money of one call, on two accounts: the run's cap and the project's day. */
class Account {
  #reserved = 0;

  constructor(
    private readonly deps: GatewayDeps,
    private readonly projectId: string,
    private readonly runId: string,
    private readonly price: Price,
  ) {}

  async reserve(microUsd: number): Promise<void> {
    const refused = new DomainError(
      "budget_exceeded",
      "The run's or the project's budget is used up.",
    );
    if (!(await this.deps.runLog(this.runId).reserve(microUsd))) throw refused;
    this.#reserved = microUsd;
    const { granted } = await this.deps.reserveForProject(this.projectId, microUsd);
    if (granted) return;
    await this.deps.runLog(this.runId).settle(-microUsd);
    throw refused;
  }

  async settle(usage: { input: number; output: number }): Promise<void> {
    const difference = priceMicroUsd(usage, this.price) - this.#reserved;
    await this.deps.runLog(this.runId).settle(difference, usage);
    await this.deps.settleForProject(this.projectId, difference);
  }
}

/** Lets the answer through and settles at its end, if it told its usage. */
function meter(account: Account, wire: Wire): TransformStream<Uint8Array, Uint8Array> {
  const decoder = new TextDecoder();
  let tail = "";
  return new TransformStream({
    transform(chunk, controller) {
      tail = (tail + decoder.decode(chunk, { stream: true })).slice(-TAIL_CHARS);
      controller.enqueue(chunk);
    },
    async flush() {
      const usage = usageOf(wire, tail);
      if (usage) await account.settle(usage);
    },
  });
}

/**
 * The service's own status, so that the agent obeys a 429; never its text, which may name our account. What is about our key
 * or our address is our fault and not the agent's: 502.
 */
function refusal(response: Response): Response {
  const headers: Record<string, string> = { "content-type": "application/json" };
  const retryAfter = response.headers.get("retry-after");
  if (retryAfter) headers["retry-after"] = retryAfter;
  const { status: told } = response;
  const status = told < 400 || told === 401 || told === 403 ? 502 : told;
  const message =
    status === told
      ? `The model's service answered ${status}.`
      : "The model's service refused the gateway.";
  return new Response(JSON.stringify({ error: { message, code: status } }), { status, headers });
}
