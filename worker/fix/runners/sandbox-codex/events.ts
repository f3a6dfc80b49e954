import { z } from "zod";
import { cleanText, jsonOf, LONGEST_LINE } from "../agent-text";
import type { AgentEvent } from "../runner";

const Message = z.object({ type: z.literal("agent_message"), text: z.string() });
const Reasoning = z.object({ type: z.literal("reasoning"), text: z.string() });
const Command = z.object({
  type: z.literal("command_execution"),
  command: z.string(),
  aggregated_output: z.string().catch(""),
  exit_code: z.number().nullish().catch(null),
});
const FileChange = z.object({
  type: z.literal("file_change"),
  changes: z.array(z.object({ path: z.string() })),
  status: z.string(),
});
const Trouble = z.object({ type: z.literal("error"), message: z.string() });
const Other = z.object({ type: z.enum(["todo_list", "mcp_tool_call", "web_search"]) });
const Item = z.union([Message, Reasoning, Command, FileChange, Trouble, Other]);
type Item = z.infer<typeof Item>;

const Line = z.union([
  z.object({ type: z.enum(["item.started", "item.updated", "item.completed"]), item: Item }),
  Trouble,
  z.object({ type: z.literal("turn.failed"), error: z.object({ message: z.string() }) }),
  z.object({ type: z.enum(["thread.started", "turn.started", "turn.completed"]) }),
]);

/**
 * Reads one line of `codex exec --json`. Words, commands, changes of files and errors are level 2; what a command printed and what the
 * model thought are level 3. A line that is not understood is shown as it is, on level 3: the agent may print anything.
 */
export function parseCodexLine(line: string): AgentEvent | null {
  if (line.trim() === "") return null;
  const parsed = line.length > LONGEST_LINE ? undefined : Line.safeParse(jsonOf(line)).data;
  if (!parsed) return { level: 3, kind: "output", text: cleanText(line) };
  if (parsed.type === "error") return error(parsed.message);
  if (parsed.type === "turn.failed") return error(parsed.error.message);
  if (!("item" in parsed)) return null;
  return parsed.type === "item.started" ? begun(parsed.item) : ended(parsed.type, parsed.item);
}

/** A command is told when it begins: it may take minutes. */
function begun(item: Item): AgentEvent | null {
  if (item.type !== "command_execution") return null;
  return { level: 2, kind: "tool", text: cleanText(`shell: ${item.command}`) };
}

function ended(type: string, item: Item): AgentEvent | null {
  if (type !== "item.completed") return null;
  switch (item.type) {
    case "agent_message":
      return item.text.trim() === ""
        ? null
        : { level: 2, kind: "message", text: cleanText(item.text) };
    case "reasoning":
      return { level: 3, kind: "output", text: cleanText(item.text) };
    case "command_execution":
      return item.aggregated_output === ""
        ? null
        : { level: 3, kind: "output", text: cleanText(item.aggregated_output) };
    case "file_change": {
      const what = `edit: ${item.changes.map(({ path }) => path).join(", ")}`;
      return item.status === "completed"
        ? { level: 2, kind: "tool", text: cleanText(what) }
        : error(`${what} failed`);
    }
    case "error":
      return error(item.message);
    default:
      return null;
  }
}

function error(text: string): AgentEvent {
  return { level: 2, kind: "error", text: cleanText(text) };
}
