import type { Crash, StackFrame } from "../../../worker/domain/feedback";
import type { EmbedInput } from "../../../worker/triage/embedders/embedder";
import { embedLexically } from "../../../worker/triage/embedders/lexical/lexical-embedder";
import { emptyIdfTable, type IdfTable } from "../../../worker/triage/embedders/lexical/idf";
import { dot } from "../../../worker/triage/vectors/dot";

/** A report to embed; what is not said is empty. */
export function report(parts: Partial<EmbedInput> = {}): EmbedInput {
  return { id: "r", title: "", body: "", crash: null, ...parts };
}

export function frame(parts: Partial<StackFrame>): StackFrame {
  return {
    file: null,
    function: null,
    module: null,
    line: null,
    column: null,
    in_app: true,
    ...parts,
  };
}

export function crash(parts: Partial<Crash>): Crash {
  return { type: null, message: null, frames: [], ...parts };
}

/** A table that has seen some ordinary reports, so that weights are as in a living project. */
export function seasonedTable(): IdfTable {
  const table = emptyIdfTable();
  for (const title of ORDINARY) embedLexically(report({ title }), table);
  return table;
}

const ORDINARY = [
  "Login page does not load on slow networks",
  "Export to CSV drops the last column",
  "Dark mode makes the settings unreadable",
  "Search returns archived items",
  "Upload of large pictures fails with a timeout",
  "Notifications arrive twice on Android",
  "The calendar shows the wrong time zone",
  "Cannot change my password after an invite",
  "Printing an invoice cuts off the footer",
  "Crash when opening the map without location access",
];

/** The cosine of two reports that arrive one after the other in a living project. */
export function likeness(a: EmbedInput, b: EmbedInput): number {
  const table = seasonedTable();
  const [x, y] = [embedLexically(a, table).vector, embedLexically(b, table).vector];
  return x && y ? dot(x, y) : Number.NaN;
}
