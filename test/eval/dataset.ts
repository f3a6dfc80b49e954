import { readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { SOURCE_KINDS, type Crash, type SourceKind } from "../../worker/domain/feedback";
import { parseStackText } from "../../worker/domain/stack-text";

/** One labelled report: reports with the same `group` are one problem. */
const Line = z.object({
  id: z.string(),
  title: z.string(),
  body: z.string().nullish(),
  stack: z.string().nullish(),
  source: z.string().nullish(),
  created_at: z.union([z.string(), z.number()]).nullish(),
  group: z.union([z.string(), z.number()]).transform(String),
});

/** A report as the sources' mappers hand it over. `createdAt` is epoch milliseconds, 0 when the file does not tell it. */
export type LabelledReport = {
  id: string;
  source: SourceKind;
  title: string;
  body: string;
  crash: Crash | null;
  createdAt: number;
  group: string;
};
export type Dataset = { name: string; reports: LabelledReport[] };

/**
 * Reads a JSONL file of labelled reports, in the order of `created_at` (those without one keep their place among
 * themselves, first). A stack trace belongs to the body, and the crash is read from there, as the sources do. Throws with file
 * and line when a line has another form.
 */
export function readDataset(file: string): Dataset {
  const lines = readFileSync(file, "utf8").split("\n");
  const reports = lines.flatMap((text, i) =>
    text.trim() === "" ? [] : [toReport(parseLine(file, i + 1, text))],
  );
  reports.sort((x, y) => x.createdAt - y.createdAt);
  return { name: path.basename(file).replace(/\.jsonl$/, ""), reports };
}

function toReport(line: z.infer<typeof Line>): LabelledReport {
  const { id, title, stack, group, source } = line;
  const body = [line.body, stack].filter(Boolean).join("\n");
  return {
    id,
    source: SOURCE_KINDS.find((kind) => kind === source) ?? "manual",
    title,
    body,
    crash: parseStackText(body),
    createdAt: line.created_at ? +new Date(line.created_at) : 0,
    group,
  };
}

function parseLine(file: string, number: number, text: string): z.infer<typeof Line> {
  try {
    return Line.parse(JSON.parse(text));
  } catch (cause) {
    throw new Error(`${file}:${number} is no labelled report`, { cause });
  }
}
