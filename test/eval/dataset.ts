import { readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";

/** One labelled report: reports with the same `group` are one problem. */
const Line = z.object({
  id: z.string(),
  title: z.string(),
  body: z.string().nullish(),
  stack: z.string().nullish(),
  created_at: z.union([z.string(), z.number()]).nullish(),
  group: z.union([z.string(), z.number()]).transform(String),
});

export type LabelledReport = { id: string; title: string; body: string; group: string };
export type Dataset = { name: string; reports: LabelledReport[] };

/**
 * Reads a JSONL file of labelled reports, in the order of `created_at` (those without one keep their place among
 * themselves, first). Throws with file and line when a line has another form.
 */
export function readDataset(file: string): Dataset {
  const lines = readFileSync(file, "utf8").split("\n");
  const parsed = lines.flatMap((text, i) =>
    text.trim() === "" ? [] : [parseLine(file, i + 1, text)],
  );
  const timed = parsed.map((line) => ({
    line,
    at: line.created_at ? +new Date(line.created_at) : 0,
  }));
  timed.sort((x, y) => x.at - y.at);
  const reports = timed.map(({ line: { id, title, body, stack, group } }) => ({
    id,
    title,
    body: [body, stack].filter(Boolean).join("\n"),
    group,
  }));
  return { name: path.basename(file).replace(/\.jsonl$/, ""), reports };
}

function parseLine(file: string, number: number, text: string): z.infer<typeof Line> {
  try {
    return Line.parse(JSON.parse(text));
  } catch (cause) {
    throw new Error(`${file}:${number} is no labelled report`, { cause });
  }
}
