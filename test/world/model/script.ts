import { z } from "zod";

const Turn = z.strictObject({
  text: z.string().default(""),
  tools: z
    .array(z.strictObject({ name: z.string(), arguments: z.record(z.string(), z.unknown()) }))
    .default([]),
  /** Tokens to report; else counted from the texts. `null` reports none, as a bad proxy does. */
  usage: z.strictObject({ input: z.number(), output: z.number() }).nullish(),
  /** Ends the connection after the first piece of the answer. */
  cut: z.boolean().default(false),
});

/**
 * What the model will say, told by a test. `turns` answer the requests that offer tools, one each, in order; `plain` those
 * that offer none. When `plain` is used up such a request is taken for the one that agents make to name a session, and gets
 * `title`. A request with tools and no turn left is an error: a test has to say how its agent ends.
 */
export const Script = z.strictObject({
  turns: z.array(Turn).default([]),
  plain: z.array(Turn).default([]),
  title: z.string().default("A small fix"),
});
export type Script = z.infer<typeof Script>;
export type ScriptInput = z.input<typeof Script>;
export type Turn = z.infer<typeof Turn>;

/** The next turn for a request; undefined when the script has none left. */
export function takeTurn(script: Script, offersTools: boolean): Turn | undefined {
  if (offersTools) return script.turns.shift();
  return script.plain.shift() ?? Turn.parse({ text: script.title });
}

export type Usage = { input: number; output: number };

/** About four characters are a token; the exact numbers do not matter, only that both sides count the same. */
export function usageFor(turn: Turn, requestText: string): Usage | null {
  if (turn.usage !== undefined) return turn.usage;
  const said = turn.text + turn.tools.map((call) => JSON.stringify(call)).join("");
  return { input: Math.ceil(requestText.length / 4), output: Math.ceil(said.length / 4) };
}
