import { z } from "zod";
import { cleanText, jsonOf, LONGEST_LINE } from "../agent-text";
import type { AgentEvent } from "../runner";

const Message = z.object({
  type: z.literal("message"),
  role: z.string(),
  content: z.string(),
});
const ToolUse = z.object({
  type: z.literal("tool_use"),
  tool_name: z.string(),
  parameters: z.record(z.string(), z.unknown()).optional().catch(undefined),
});
const ToolResult = z.object({
  type: z.literal("tool_result"),
  status: z.string(),
  output: z.string().optional().catch(undefined),
  error: z.object({ message: z.string() }).optional().catch(undefined),
});
const Failure = z.object({ type: z.literal("error"), message: z.string() });
const Result = z.object({
  type: z.literal("result"),
  status: z.string(),
  error: z.object({ message: z.string() }).optional().catch(undefined),
});
const Init = z.object({ type: z.literal("init") });
const Line = z.union([Message, ToolUse, ToolResult, Failure, Result, Init]);

/**
 * Reads one line of `gemini --output-format stream-json`. Tools and errors are level 2; the agent's words come in pieces, one line
 * each, and are level 2 too. A line that is not understood is shown as it is, on level 3: the agent may print anything.
 */
export function parseGeminiLine(line: string): AgentEvent | null {
  if (line.trim() === "") return null;
  const parsed = line.length > LONGEST_LINE ? undefined : Line.safeParse(jsonOf(line)).data;
  if (!parsed) return { level: 3, kind: "output", text: cleanText(line) };
  switch (parsed.type) {
    case "init":
      return null;
    case "message":
      return parsed.role === "assistant" && parsed.content.trim() !== ""
        ? { level: 2, kind: "message", text: cleanText(parsed.content) }
        : null;
    case "tool_use":
      return { level: 2, kind: "tool", text: cleanText(toolText(parsed)) };
    case "tool_result":
      return resultEvent(parsed);
    case "error":
      return { level: 2, kind: "error", text: cleanText(parsed.message) };
    case "result":
      return parsed.status === "success"
        ? null
        : { level: 2, kind: "error", text: cleanText(parsed.error?.message ?? parsed.status) };
  }
}

function resultEvent({ status, output, error }: z.infer<typeof ToolResult>): AgentEvent | null {
  if (status !== "success")
    return { level: 2, kind: "error", text: cleanText(`failed (${error?.message ?? status})`) };
  return output ? { level: 3, kind: "output", text: cleanText(output) } : null;
}

function toolText({ tool_name: name, parameters = {} }: z.infer<typeof ToolUse>): string {
  for (const key of ["command", "file_path", "absolute_path", "pattern", "path", "description"]) {
    const value = parameters[key];
    if (typeof value === "string" && value !== "") return `${name}: ${value}`;
  }
  return name;
}
