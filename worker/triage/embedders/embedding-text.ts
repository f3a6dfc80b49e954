import type { EmbedInput } from "./embedder";

const FRAMES_TOLD = 10;

/** What a model reads of a report: title, error with its nearest frames, and the body's beginning; empty when there is nothing to say. */
export function embeddingText(input: EmbedInput, truncateBodyChars: number): string {
  const { crash } = input;
  const error = crash ? [crash.type, crash.message].filter(Boolean).join(": ") : "";
  const frames = (crash?.frames ?? [])
    .slice(0, FRAMES_TOLD)
    .map((frame) => [frame.module ?? frame.file, frame.function].filter(Boolean).join(" "));
  return [input.title, error, ...frames, input.body.slice(0, truncateBodyChars)]
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .join("\n");
}
