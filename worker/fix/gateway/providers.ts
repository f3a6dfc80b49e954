import type { ModelChoices, ModelPrice, ModelTask } from "../../domain/models";
import type { Wire } from "./usage";

/** The installation's services of models, their keys, and the models used where a project names none. */
export type ModelSettings = {
  MODEL_BASE_URL?: string | undefined;
  MODEL_API_KEY?: string | undefined;
  MODEL_NAME: string;
  MODEL_INPUT_USD_PER_MTOK: number;
  MODEL_OUTPUT_USD_PER_MTOK: number;
  GEMINI_API_KEY?: string | undefined;
  GEMINI_BASE_URL?: string | undefined;
  GEMINI_MODEL: string;
  GEMINI_INPUT_USD_PER_MTOK: number;
  GEMINI_OUTPUT_USD_PER_MTOK: number;
  GEMINI_EMBEDDING_USD_PER_MTOK: number;
  MODEL_FALLBACK_WIRE: Wire;
  MODEL_FALLBACK_BASE_URL?: string | undefined;
  MODEL_FALLBACK_API_KEY?: string | undefined;
  MODEL_FALLBACK_NAME?: string | undefined;
  MODEL_FALLBACK_INPUT_USD_PER_MTOK: number;
  MODEL_FALLBACK_OUTPUT_USD_PER_MTOK: number;
};

/** One model at one service. `baseUrl` as the wire wants it: with `/v1` for OpenAI, without a path for Gemini. */
export type ProviderModel = {
  wire: Wire;
  baseUrl: string;
  apiKey: string;
  name: string;
  price: ModelPrice;
};

/** What Gemini embeds with; the vectors of another one are of another space. */
const EMBEDDING_MODEL = "gemini-embedding-001";
const GOOGLE = "https://generativelanguage.googleapis.com";

/** Which service a task prefers where both are set up: code and its review go to the model that was named for code. */
const PREFERRED: Record<ModelTask, Wire> = {
  code: "openai",
  review: "openai",
  plan: "gemini",
  summarize: "gemini",
  embed: "gemini",
  judge: "gemini",
};

/** The wires that are set up, the one that the task prefers first. */
export function wiresOf(settings: ModelSettings, task: ModelTask): Wire[] {
  const set: Wire[] = [];
  if (settings.MODEL_BASE_URL && settings.MODEL_API_KEY) set.push("openai");
  if (settings.GEMINI_API_KEY) set.push("gemini");
  return set.toSorted(
    (one, other) => Number(other === PREFERRED[task]) - Number(one === PREFERRED[task]),
  );
}

/** The model of a task: the project's choice, else the installation's. Null where no service (or not the one of `wire`) is set up. */
export function modelOfTask(
  settings: ModelSettings,
  choices: ModelChoices | undefined,
  task: ModelTask,
  wire = wiresOf(settings, task)[0],
): ProviderModel | null {
  if (!wire || !wiresOf(settings, task).includes(wire)) return null;
  const choice = choices?.[task];
  const named = choice
    ? {
        name: choice.name,
        price: { input: choice.input_usd_per_mtok, output: choice.output_usd_per_mtok },
      }
    : defaultOf(settings, task, wire);
  return wire === "openai"
    ? {
        wire,
        baseUrl: settings.MODEL_BASE_URL!,
        apiKey: settings.MODEL_API_KEY!,
        ...named,
      }
    : {
        wire,
        baseUrl: settings.GEMINI_BASE_URL ?? GOOGLE,
        apiKey: settings.GEMINI_API_KEY!,
        ...named,
      };
}

function defaultOf(settings: ModelSettings, task: ModelTask, wire: Wire) {
  if (task === "embed" && wire === "gemini") {
    const price = { input: settings.GEMINI_EMBEDDING_USD_PER_MTOK, output: 0 };
    return { name: EMBEDDING_MODEL, price };
  }
  const strong = task === "code" || task === "review";
  if (wire === "openai" || strong) {
    return {
      name: settings.MODEL_NAME,
      price: {
        input: settings.MODEL_INPUT_USD_PER_MTOK,
        output: settings.MODEL_OUTPUT_USD_PER_MTOK,
      },
    };
  }
  return {
    name: settings.GEMINI_MODEL,
    price: {
      input: settings.GEMINI_INPUT_USD_PER_MTOK,
      output: settings.GEMINI_OUTPUT_USD_PER_MTOK,
    },
  };
}

/** The one model that stands in for all others when their service is out of order; null where none is set up. */
export function fallbackModel(settings: ModelSettings): ProviderModel | null {
  const { MODEL_FALLBACK_API_KEY: apiKey, MODEL_FALLBACK_NAME: name } = settings;
  const wire = settings.MODEL_FALLBACK_WIRE;
  const baseUrl = settings.MODEL_FALLBACK_BASE_URL ?? (wire === "gemini" ? GOOGLE : undefined);
  if (!apiKey || !name || !baseUrl) return null;
  const price = {
    input: settings.MODEL_FALLBACK_INPUT_USD_PER_MTOK,
    output: settings.MODEL_FALLBACK_OUTPUT_USD_PER_MTOK,
  };
  return { wire, baseUrl, apiKey, name, price };
}
