import { z } from "zod";
import { ForeignError, foreignKindOfStatus } from "./foreign-error";

/** The body of a failed call, as Google writes it (google.rpc.Status). Details are read leniently: none is promised. */
const Status = z.object({
  error: z.object({
    code: z.number().optional(),
    status: z.string().optional(),
    message: z.string().optional(),
    details: z.array(z.looseObject({ "@type": z.string().optional() })).optional(),
  }),
});
type Details = NonNullable<z.infer<typeof Status>["error"]["details"]>;

/**
 * Turns whatever a call of `@google/genai` threw into a `ForeignError`. The SDK's `ApiError` carries the JSON body as its
 * message: a wrong key is a 400 with reason `API_KEY_INVALID`, a spent quota a 429 with `RetryInfo.retryDelay`, and a quota
 * per day means waiting until tomorrow, whatever delay is named.
 */
export function geminiError(thrown: unknown): ForeignError {
  if (thrown instanceof ForeignError) return thrown;
  const status = statusOf(thrown);
  if (status === null)
    return new ForeignError("unavailable", "Gemini did not answer", { cause: thrown });
  const body = bodyOf(thrown);
  const details = body?.error.details ?? [];
  const reason = details.find((detail) => typeof detail.reason === "string")?.reason;
  const kind = reason === "API_KEY_INVALID" ? "unauthorized" : foreignKindOfStatus(status);
  return new ForeignError(kind, `Gemini answered ${status} ${body?.error.status ?? ""}`.trim(), {
    retryAfterSeconds: kind === "rate_limited" ? retryAfter(details) : undefined,
    cause: thrown,
  });
}

function statusOf(thrown: unknown): number | null {
  if (!(thrown instanceof Error) || !("status" in thrown)) return null;
  return typeof thrown.status === "number" ? thrown.status : null;
}

function bodyOf(thrown: unknown): z.infer<typeof Status> | null {
  if (!(thrown instanceof Error)) return null;
  try {
    return Status.safeParse(JSON.parse(thrown.message)).data ?? null;
  } catch {
    return null;
  }
}

const UNTIL_TOMORROW = 6 * 3600;

function retryAfter(details: Details): number | undefined {
  if (JSON.stringify(details).includes("PerDay")) return UNTIL_TOMORROW;
  const delay = details.find((detail) => typeof detail.retryDelay === "string")?.retryDelay;
  const seconds = Number.parseFloat(String(delay));
  return Number.isFinite(seconds) && seconds >= 0 ? Math.ceil(seconds) : undefined;
}
