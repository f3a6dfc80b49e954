import { z } from "zod";
import type { Turn, Usage } from "./script";

/** The part of a chat request that decides the answer. */
export const ChatRequest = z.looseObject({
  model: z.string().min(1),
  messages: z.array(z.looseObject({ role: z.string() })).min(1),
  tools: z.array(z.unknown()).optional(),
  stream: z.boolean().optional(),
  stream_options: z.looseObject({ include_usage: z.boolean().optional() }).optional(),
});
export type ChatRequest = z.infer<typeof ChatRequest>;

/** A whole answer as `POST /v1/chat/completions` gives it without `stream`. */
export function completion(
  request: ChatRequest,
  turn: Turn,
  usage: Usage | null,
  id: string,
): object {
  return {
    id,
    object: "chat.completion",
    created: Math.floor(Date.now() / 1000),
    model: request.model,
    choices: [
      {
        index: 0,
        message: {
          role: "assistant",
          content: turn.text || null,
          ...(turn.tools.length > 0 ? { tool_calls: callsOf(turn, id) } : {}),
        },
        finish_reason: finishOf(turn),
      },
    ],
    ...(usage ? { usage: usageOf(usage) } : {}),
  };
}

/**
 * The same answer as server-sent events: text in pieces, each tool call's arguments in two pieces, the reason of the end, the
 * usage in a chunk without choices (only where asked for), and `[DONE]`.
 */
export function completionEvents(
  request: ChatRequest,
  turn: Turn,
  usage: Usage | null,
  id: string,
): string[] {
  const chunk = (delta: object, finish: string | null = null) =>
    event({
      ...head(request, id),
      choices: [{ index: 0, delta, finish_reason: finish }],
    });
  const events = [chunk({ role: "assistant", content: "" })];
  for (const content of pieces(turn.text)) events.push(chunk({ content }));
  for (const [index, call] of callsOf(turn, id).entries()) {
    const [first = "", ...others] = pieces(call.function.arguments);
    const { name } = call.function;
    events.push(
      chunk({
        tool_calls: [
          { index, id: call.id, type: "function", function: { name, arguments: first } },
        ],
      }),
      ...others.map((part) => chunk({ tool_calls: [{ index, function: { arguments: part } }] })),
    );
  }
  events.push(chunk({}, finishOf(turn)));
  if (usage && request.stream_options?.include_usage) {
    events.push(event({ ...head(request, id), choices: [], usage: usageOf(usage) }));
  }
  return [...events, "data: [DONE]\n\n"];
}

function head(request: ChatRequest, id: string): object {
  const created = Math.floor(Date.now() / 1000);
  return { id, object: "chat.completion.chunk", created, model: request.model };
}

function event(value: object): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}

function finishOf(turn: Turn): string {
  return turn.tools.length > 0 ? "tool_calls" : "stop";
}

function callsOf(turn: Turn, id: string) {
  return turn.tools.map((call, index) => ({
    id: `call_${id}_${index}`,
    type: "function",
    function: { name: call.name, arguments: JSON.stringify(call.arguments) },
  }));
}

function usageOf({ input, output }: Usage): object {
  return { prompt_tokens: input, completion_tokens: output, total_tokens: input + output };
}

/** A text in two halves, so that whoever reads it has to put it together. */
function pieces(text: string): string[] {
  if (text === "") return [];
  const half = Math.ceil(text.length / 2);
  return [text.slice(0, half), text.slice(half)].filter((part) => part !== "");
}
