import { z } from "zod";
import type { Turn, Usage } from "./script";
import { vectorOf } from "./vectors";

const Parts = z.looseObject({ parts: z.array(z.looseObject({ text: z.string().optional() })) });

/** The part of a generation request that decides the answer. */
export const GenerateRequest = z.looseObject({
  contents: z.array(Parts).min(1),
  tools: z.array(z.unknown()).optional(),
});

export const EmbedRequest = z.looseObject({
  requests: z
    .array(
      z.looseObject({
        content: Parts,
        outputDimensionality: z.number().int().min(1).max(3072).default(3072),
      }),
    )
    .min(1),
});

const MOST_EMBEDDED = 100;

/** A whole answer as `:generateContent` gives it. */
export function generated(model: string, turn: Turn, usage: Usage | null): object {
  const calls = turn.tools.map(({ name, arguments: args }) => ({ functionCall: { name, args } }));
  const parts = [...(turn.text ? [{ text: turn.text }] : []), ...calls];
  return {
    candidates: [{ content: { role: "model", parts }, finishReason: "STOP", index: 0 }],
    ...(usage ? { usageMetadata: usageOf(usage) } : {}),
    modelVersion: model,
  };
}

/** The same answer as the events of `:streamGenerateContent?alt=sse`: one for each part; the last has reason and usage. */
export function generatedEvents(model: string, turn: Turn, usage: Usage | null): string[] {
  const half = Math.ceil(turn.text.length / 2);
  const texts = [turn.text.slice(0, half), turn.text.slice(half)].filter((text) => text !== "");
  const parts: object[] = [
    ...texts.map((text) => ({ text })),
    ...turn.tools.map(({ name, arguments: args }) => ({ functionCall: { name, args } })),
  ];
  const events = parts.map((part) => ({
    candidates: [{ content: { role: "model", parts: [part] }, index: 0 }],
    modelVersion: model,
  }));
  const last = {
    candidates: [
      { content: { role: "model", parts: [{ text: "" }] }, finishReason: "STOP", index: 0 },
    ],
    ...(usage ? { usageMetadata: usageOf(usage) } : {}),
    modelVersion: model,
  };
  return [...events, last].map((event) => `data: ${JSON.stringify(event)}\r\n\r\n`);
}

/** The answer of `:batchEmbedContents`, one vector for each request; an error text where Google gives a 400. */
export function embedded(request: z.infer<typeof EmbedRequest>): object | string {
  if (request.requests.length > MOST_EMBEDDED) {
    return "* BatchEmbedContentsRequest.requests: at most 100 requests can be in one batch";
  }
  return {
    embeddings: request.requests.map(({ content, outputDimensionality }) => {
      const text = content.parts.map((part) => part.text ?? "").join("\n");
      return { values: vectorOf(text, outputDimensionality) };
    }),
  };
}

/** An error body as Google writes it. */
export function googleError(code: number, status: string, message: string): object {
  return { error: { code, message, status } };
}

function usageOf({ input, output }: Usage): object {
  return {
    promptTokenCount: input,
    candidatesTokenCount: output,
    totalTokenCount: input + output,
  };
}
