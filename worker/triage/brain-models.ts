import type { EmbedderName } from "../domain/grouping";
import type { GeminiModel } from "./ask-gemini";
import { createGeminiEmbedder } from "./embedders/gemini";
import type { Embedder } from "./embedders/embedder";
import { emptyIdfTable, type IdfTable } from "./embedders/lexical/idf";
import { createLexicalEmbedder } from "./embedders/lexical/lexical-embedder";
import { createWorkersAiEmbedder, type WorkersAi } from "./embedders/workers-ai";
import { createGeminiJudge } from "./judges/gemini";
import type { Judge } from "./judges/judge";
import { embedderKeyOf } from "./neighbourhood";
import type { Pay } from "./pay";
import { extractiveSummarizer } from "./summarizers/extractive";
import { createGeminiSummarizer } from "./summarizers/gemini";
import type { Summarizer } from "./summarizers/summarizer";

/** What a project thinks with: its own choice of models, or the installation's. */
export type BrainModels = {
  /** `key`: `name:version`; two keys never meet. `table` is used, and taught (`learns`), by the lexical one. */
  embedder: { key: string; learns: boolean; make(table: IdfTable): Embedder };
  /** The third tier's model; null: none is set up, and sparse features alone look again. */
  judge: Judge | null;
  summarizer: Summarizer;
  /** Used where the first one fails: a cluster is never without a title. */
  fallbackSummarizer: Summarizer;
};

/** Where models come from, each with its own way to be paid. */
export type ModelSources = {
  embedder: EmbedderName;
  truncateBodyChars: number;
  /** Gemini's model of a task; null: there is no key. */
  gemini(task: "embed" | "judge" | "summarize"): GeminiModel | null;
  /** Null: the binding is not there. */
  workersAi(): { ai: WorkersAi; pay: Pay } | null;
};

/** The models of one project. What `embedder` names must be there: the settings were checked. */
export function brainModelsFrom(sources: ModelSources): BrainModels {
  const judge = sources.gemini("judge");
  const summarizer = sources.gemini("summarize");
  return {
    embedder: embedderFrom(sources),
    judge: judge && createGeminiJudge(judge),
    summarizer: summarizer ? createGeminiSummarizer(summarizer) : extractiveSummarizer,
    fallbackSummarizer: extractiveSummarizer,
  };
}

const LEXICAL = {
  key: embedderKeyOf(createLexicalEmbedder(emptyIdfTable())),
  learns: true,
  make: createLexicalEmbedder,
};

function embedderFrom(sources: ModelSources): BrainModels["embedder"] {
  const { embedder: name, truncateBodyChars } = sources;
  if (name === "lexical") return LEXICAL;
  const embedder =
    name === "gemini"
      ? createGeminiEmbedder({ ...sources.gemini("embed")!, truncateBodyChars })
      : createWorkersAiEmbedder({ ...sources.workersAi()!, truncateBodyChars });
  return { key: embedderKeyOf(embedder), learns: false, make: () => embedder };
}
