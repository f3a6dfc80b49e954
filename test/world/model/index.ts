import type { Context } from "hono";
import type { z } from "zod";
import { createStandIn, listen } from "../stand-in";
import type { RunningStandIn, StandIn, StandInEnv } from "../stand-in";
import {
  EmbedRequest,
  embedded,
  GenerateRequest,
  generated,
  generatedEvents,
  googleError,
} from "./gemini";
import { ChatRequest, completion, completionEvents } from "./openai";
import { Script, takeTurn, usageFor, type ScriptInput, type Turn } from "./script";

export type { ScriptInput };

/** A request's body as it came, for tests that look for what must not be in it. */
export type RecordedBody = { path: string; body: string };

const KEPT_BODIES = 500;

/**
 * Plays a model's service, OpenAI-compatible (`/v1/chat/completions`) and Gemini-compatible (`/v1beta/models/…`), with one
 * key for both (`Authorization: Bearer` or `x-goog-api-key`; else 401). What it says is the script that a test gave:
 *
 * - `POST /__world/script` with a `Script` → replaces the script; 400 when it is none
 * - `GET /__world/script` → what is left of it
 * - `GET /__world/bodies` → `RecordedBody[]`, oldest first (the last 500)
 */
export async function startModel(options: {
  port?: number;
  apiKey: string;
}): Promise<RunningStandIn & { standIn: StandIn }> {
  let script: Script = Script.parse({});
  let answered = 0;
  const bodies: RecordedBody[] = [];
  const standIn = createStandIn(() => {
    script = Script.parse({});
    bodies.length = 0;
  });
  const { app } = standIn;

  app.get("/__world/script", (c) => c.json(script));
  app.get("/__world/bodies", (c) => c.json(bodies));
  app.post("/__world/script", async (c) => {
    const given = Script.safeParse(await c.req.json());
    if (!given.success) return c.json({ message: given.error.message }, 400);
    script = given.data;
    return c.body(null, 204);
  });

  /** The request, once its body is noted and of the right shape; else a reason to refuse it. */
  async function read<T>(c: Context<StandInEnv>, schema: z.ZodType<T>) {
    const text = await c.req.text();
    bodies.push({ path: c.req.path, body: text });
    if (bodies.length > KEPT_BODIES) bodies.shift();
    const parsed = schema.safeParse(jsonOf(text));
    return parsed.success
      ? { text, request: parsed.data }
      : { text, wrong: parsed.error.issues[0]?.message ?? "not valid" };
  }

  app.post("/v1/chat/completions", async (c) => {
    const refuse = (status: 400 | 401, message: string) =>
      c.json(
        { error: { message, type: "invalid_request_error", param: null, code: null } },
        status,
      );
    if (c.req.header("authorization") !== `Bearer ${options.apiKey}`)
      return refuse(401, `Incorrect API key provided: ${c.req.header("authorization") ?? "none"}`);
    const { text, request, wrong } = await read(c, ChatRequest);
    if (!request) return refuse(400, wrong);
    const turn = takeTurn(script, (request.tools?.length ?? 0) > 0);
    if (!turn) return refuse(400, "The script of this played model has no turn left.");
    const usage = usageFor(turn, text);
    const id = `chatcmpl-${++answered}`;
    if (request.stream) return stream(c, completionEvents(request, turn, usage, id), turn);
    return whole(c, completion(request, turn, usage, id), turn);
  });

  app.post("/v1beta/models/:call", async (c) => {
    const refuse = (code: 400 | 401 | 404, status: string, message: string) =>
      c.json(googleError(code, status, message), code);
    if (c.req.header("x-goog-api-key") !== options.apiKey)
      return refuse(401, "UNAUTHENTICATED", "API key not valid. Please pass a valid API key.");
    const [model = "", method] = c.req.param("call").split(":");
    if (method === "batchEmbedContents") {
      const { request, wrong } = await read(c, EmbedRequest);
      if (!request) return refuse(400, "INVALID_ARGUMENT", wrong);
      const reply = embedded(request);
      return typeof reply === "string" ? refuse(400, "INVALID_ARGUMENT", reply) : c.json(reply);
    }
    if (method !== "generateContent" && method !== "streamGenerateContent")
      return refuse(404, "NOT_FOUND", `no method ${method}`);
    const { text, request, wrong } = await read(c, GenerateRequest);
    if (!request) return refuse(400, "INVALID_ARGUMENT", wrong);
    const turn = takeTurn(script, (request.tools?.length ?? 0) > 0);
    if (!turn) return refuse(400, "INVALID_ARGUMENT", "The script has no turn left.");
    const usage = usageFor(turn, text);
    if (method === "generateContent") return whole(c, generated(model, turn, usage), turn);
    if (c.req.query("alt") !== "sse") return refuse(400, "INVALID_ARGUMENT", "only alt=sse");
    return stream(c, generatedEvents(model, turn, usage), turn);
  });

  return { ...(await listen(app, options.port)), standIn };
}

/** One event a tick, so that they arrive apart. A turn that is cut loses its connection after the first. */
function stream(c: Context<StandInEnv>, events: string[], turn: Turn): Response {
  const encoder = new TextEncoder();
  const left = [...events];
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (turn.cut && left.length < events.length) {
        await tick();
        c.env.incoming.socket.destroy();
        return controller.close();
      }
      const next = left.shift();
      if (next === undefined) return controller.close();
      controller.enqueue(encoder.encode(next));
      await tick();
    },
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}

function whole(c: Context<StandInEnv>, answer: object, turn: Turn): Response {
  if (turn.cut) c.env.incoming.socket.destroy();
  return c.json(answer);
}

function tick(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 2));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
