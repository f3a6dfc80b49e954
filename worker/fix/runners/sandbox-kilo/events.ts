import { z } from "zod";
import { cleanText, jsonOf, LONGEST_LINE } from "../agent-text";
import type { AgentEvent } from "../runner";

const Tool = z.object({
  type: z.literal("tool_use"),
  part: z.object({
    tool: z.string(),
    state: z.object({
      status: z.string(),
      input: z.record(z.string(), z.unknown()).optional().catch(undefined),
      error: z.unknown().optional(),
    }),
  }),
});
const Text = z.object({ type: z.literal("text"), part: z.object({ text: z.string() }) });
const Failure = z.object({
  type: z.literal("error"),
  error: z.object({
    name: z.string().optional(),
    data: z
      .object({ message: z.string().optional(), statusCode: z.number().optional() })
      .optional()
      .catch(undefined),
  }),
});
const Step = z.object({ type: z.enum(["step_start", "step_finish"]) });
const Line = z.union([Tool, Text, Failure, Step]);

/**
 * Reads one line of `kilo run --format json`. Turns become level 2; a line that is not understood is shown as it is, on
 * level 3, and is never an error: the agent may print anything. Blank lines and the marks of a step say nothing (`null`).
 * Texts are cut at 4,000 characters, and control characters except newline and tab are removed.
 */
export function parseKiloLine(line: string): AgentEvent | null {
  if (line.trim() === "") return null;
  const parsed = line.length > LONGEST_LINE ? undefined : Line.safeParse(jsonOf(line)).data;
  if (!parsed) return { level: 3, kind: "output", text: cleanText(line) };
  if (parsed.type === "tool_use") return toolEvent(parsed.part);
  if (parsed.type === "text") {
    return parsed.part.text.trim() === ""
      ? null
      : { level: 2, kind: "message", text: cleanText(parsed.part.text) };
  }
  if (parsed.type === "error")
    return { level: 2, kind: "error", text: cleanText(failureText(parsed)) };
  return null;
}

function toolEvent({ tool, state }: z.infer<typeof Tool>["part"]): AgentEvent {
  const target = targetOf(state.input ?? {});
  const what = target === "" ? tool : `${tool}: ${target}`;
  if (state.status !== "error") return { level: 2, kind: "tool", text: cleanText(what) };
  const cause = typeof state.error === "string" ? ` (${state.error})` : "";
  return { level: 2, kind: "error", text: cleanText(`${what} failed${cause}`) };
}

/** What a tool worked on, from the arguments that Kilocode's tools have. */
function targetOf(input: Record<string, unknown>): string {
  for (const key of ["command", "filePath", "pattern", "path", "description"]) {
    const value = input[key];
    if (typeof value === "string" && value !== "") return value;
  }
  return "";
}

function failureText({ error }: z.infer<typeof Failure>): string {
  const status = error.data?.statusCode === undefined ? "" : ` (status ${error.data.statusCode})`;
  return `${error.data?.message ?? error.name ?? "The agent failed"}${status}`;
}
