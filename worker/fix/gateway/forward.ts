import type { ProjectActor } from "../../domain/actor";
import { DomainError } from "../../domain/errors";
import { findProject } from "../../store/projects";
import { findRun } from "../../store/runs";
import type { Account } from "./account";
import { callModel, type Called, type Candidate } from "./call-model";
import type { GatewayDeps } from "./deps";
import { ModelHalt } from "./halt";
import { fallbackModel, modelOfTask } from "./providers";
import type { Refusal } from "./send";
import { beginsConversation, type ModelCall } from "./upstream";
import { usageOf, type Wire } from "./usage";

/** The end of an answer that is kept to read the usage from: a whole answer without a stream fits. */
const TAIL_CHARS = 262_144;
/** How long an agent's call is held while its model is busy. Beyond that the agent is told, and waits by itself. */
const PATIENCE_MS = 20_000;

/**
 * Hands an agent's model call on, with the real key in place of the run's token. The price is reserved on the run and on the
 * project's day before the call, written in the ledger, and settled from the usage that the answer tells; an answer that breaks off
 * stays at the reserved price. So a run never passes its cap by more than one call. Where money or the day's quota is gone, the
 * run's log keeps the reason, and the agent gets a 402, which no agent tries again.
 */
export async function forwardToModel(
  deps: GatewayDeps,
  who: ProjectActor,
  call: ModelCall,
): Promise<Response> {
  if (who.actor.kind !== "run") throw new DomainError("forbidden", "This needs a run's own token.");
  const { runId } = who.actor;
  const candidates = await candidatesFor(deps, who.projectId, runId, call);
  const payer = { projectId: who.projectId, runId };
  let called: Called;
  try {
    called = await callModel(deps, payer, "code", candidates, { patienceMs: PATIENCE_MS });
  } catch (error) {
    throw error instanceof ModelHalt ? await halted(deps, runId, error) : error;
  }
  if (called.kind === "refusal") {
    if (called.refusal.today) throw await halted(deps, runId, new ModelHalt("daily_quota"));
    return refusal(called.refusal);
  }
  const { response, account, model } = called;
  // From here on the conversation is the fallback's: no other model could go on with it.
  if (model !== candidates[0].model) await deps.runLog(runId).useFallback();
  const type = response.headers.get("content-type") ?? "application/json";
  return new Response(response.body?.pipeThrough(meter(account, call.wire)) ?? null, {
    headers: { "content-type": type },
  });
}

/**
 * The model of the project's code, then the fallback where it speaks the agent's wire and the conversation begins here; the
 * fallback alone once it has answered in this run.
 */
async function candidatesFor(
  deps: GatewayDeps,
  projectId: string,
  runId: string,
  call: ModelCall,
): Promise<[Candidate, ...Candidate[]]> {
  const [project, run] = await Promise.all([
    findProject(deps.db, projectId),
    findRun(deps.db, projectId, runId),
  ]);
  const { models } = run?.settings?.settings ?? project?.settings ?? {};
  const model = modelOfTask(deps.settings, models, "code", call.wire);
  if (!model) throw notSetUp(call.wire);
  const standIn = fallbackModel(deps.settings);
  if (standIn?.wire !== call.wire) return [{ model, call }];
  if (await deps.runLog(runId).usesFallback()) return [{ model: standIn, call }];
  return beginsConversation(call)
    ? [
        { model, call },
        { model: standIn, call },
      ]
    : [{ model, call }];
}

async function halted(deps: GatewayDeps, runId: string, halt: ModelHalt): Promise<DomainError> {
  // What the run's own limits refuse, its object has noted.
  if (halt.reason === "quota") await deps.runLog(runId).refuse("quota");
  return new DomainError("budget_exceeded", halt.message);
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
function refusal({ status: told, retryAfterSeconds }: Refusal): Response {
  if (told === null)
    throw new DomainError("upstream_failed", "The model's service did not answer.");
  const headers: Record<string, string> = { "content-type": "application/json" };
  if (retryAfterSeconds !== undefined) headers["retry-after"] = String(retryAfterSeconds);
  const status = told < 400 || told === 401 || told === 403 ? 502 : told;
  const message =
    status === told
      ? `The model's service answered ${status}.`
      : "The model's service refused the gateway.";
  return new Response(JSON.stringify({ error: { message, code: status } }), { status, headers });
}

function notSetUp(wire: Wire): DomainError {
  const names = wire === "openai" ? "MODEL_BASE_URL and MODEL_API_KEY" : "GEMINI_API_KEY";
  return new DomainError("runner_unavailable", `No model is set up for this route: set ${names}.`);
}
