import { env as bound } from "cloudflare:workers";
import { runInDurableObject } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import { projectObjectDeps } from "../../../worker/deps";
import type { ModelChoices } from "../../../worker/domain/models";
import type { Env } from "../../../worker/env";
import type { BrainModels } from "../../../worker/triage/brain-models";
import { emptyIdfTable } from "../../../worker/triage/embedders/lexical/idf";
import { makeProject, type TestProject } from "../../builders/api";
import { modelFault, modelRequests, resetModel, script } from "../../builders/model";

const env = bound as unknown as Env;
const { model, modelKey } = bound.WORLD;
const GEMINI = { GEMINI_API_KEY: modelKey, GEMINI_BASE_URL: model };
const usage = { input: 1_000, output: 100 };
const MEMBER = {
  id: "a",
  source: "manual" as const,
  title: "Checkout hangs",
  body: "The page stays blank.",
  crash: null,
  vector: null,
};
const REPORT = { id: "a", title: "Checkout hangs", body: "", crash: null };

let project: TestProject;

beforeEach(async () => {
  await resetModel();
  project = await makeProject();
});

/** The brain's models of an installation whose settings differ, paid from the budget of the project's own object. */
function models(own: Record<string, unknown>, choices?: ModelChoices): BrainModels {
  const object = env.PROJECT.get(env.PROJECT.idFromName(project.projectId));
  const budget = {
    reserve: (microUsd: number) => object.reserve(microUsd),
    settle: (difference: number) => object.settle(difference),
  };
  return projectObjectDeps({ ...env, ...own }).models(project.projectId, choices, budget);
}

/** The rows, newest first, as the record has them. */
async function ledger(): Promise<Record<string, unknown>[]> {
  const { results } = await env.DB.prepare(
    "SELECT * FROM model_calls WHERE project_id = ? ORDER BY id DESC",
  )
    .bind(project.projectId)
    .all();
  return results;
}

async function spent(): Promise<number> {
  const object = env.PROJECT.get(env.PROJECT.idFromName(project.projectId));
  return runInDurableObject(object, (_, state) =>
    state.storage.sql
      .exec<{ micro_usd: number }>("SELECT micro_usd FROM spend")
      .toArray()
      .reduce((sum, row) => sum + row.micro_usd, 0),
  );
}

describe("the brain's models", () => {
  it("write a row for a summary, a verdict and embeddings, each counted on the project's day", async () => {
    const { summarizer, judge, embedder } = models(GEMINI);
    await script({ plain: [{ text: '{"title":"Checkout hangs","summary":"Blank."}', usage }] });
    await summarizer.summarize([MEMBER]);
    await script({ plain: [{ text: '{"reason":"The same page.","same":true}', usage }] });
    await judge!.judge([MEMBER, MEMBER]);
    await embedder.make(emptyIdfTable()).embed([REPORT]);
    const rows = await ledger();
    const price = 0.3 * 1_000 + 2.5 * 100;
    expect(rows.reverse()).toMatchObject([
      {
        task: "summarize",
        model: "gemini-2.5-flash",
        outcome: "settled",
        input_tokens: 1_000,
        output_tokens: 100,
        micro_usd: price,
        price_version: "0.3/2.5",
        run_id: null,
      },
      { task: "judge", model: "gemini-2.5-flash", outcome: "settled", micro_usd: price },
      {
        task: "embed",
        model: "gemini-embedding-001",
        // Google tells no tokens here: the most that it can be stands.
        outcome: "reserved",
        input_tokens: Math.ceil("Checkout hangs".length / 3),
        output_tokens: 0,
        price_version: "0.15/0",
      },
    ]);
    const total = rows.reduce((sum, row) => sum + (row["micro_usd"] as number), 0);
    expect(await spent()).toBe(total);
  });

  it("are those that the project has chosen for each task, at its prices", async () => {
    const chosen = (name: string) => ({ name, input_usd_per_mtok: 2, output_usd_per_mtok: 4 });
    const choices = { summarize: chosen("flash-own"), embed: chosen("embedding-own") };
    const { summarizer, judge, embedder } = models(GEMINI, choices);
    await script({ plain: [{ text: '{"title":"x y","summary":"z"}', usage }] });
    await summarizer.summarize([MEMBER]);
    expect(summarizer.version).toBe("flash-own");
    expect(judge!.version).toBe("gemini-2.5-flash");
    // Vectors of another model are of another space.
    expect(embedder.key).toBe("gemini:embedding-own@768");
    expect(await ledger()).toMatchObject([
      { model: "flash-own", price_version: "2/4", micro_usd: 2_400 },
    ]);
  });

  it("ask nothing once the day's budget is spent, and leave no trace of it", async () => {
    const dear = { ...GEMINI, GEMINI_OUTPUT_USD_PER_MTOK: "100000000" };
    const { summarizer, judge } = models(dear);
    const spentError = { code: "budget_exceeded" };
    await expect(summarizer.summarize([MEMBER])).rejects.toMatchObject(spentError);
    await expect(judge!.judge([MEMBER, MEMBER])).rejects.toMatchObject(spentError);
    const embeds = models({ ...GEMINI, GEMINI_EMBEDDING_USD_PER_MTOK: "100000000" });
    const embedding = embeds.embedder.make(emptyIdfTable()).embed([REPORT]);
    await expect(embedding).rejects.toMatchObject(spentError);
    expect(await modelRequests()).toHaveLength(0);
    expect(await ledger()).toEqual([]);
    expect(await spent()).toBe(0);
  });

  it("cost nothing where the service gives no answer", async () => {
    const { summarizer } = models(GEMINI);
    await modelFault({ match: "models", kind: "status", status: 503 });
    await expect(summarizer.summarize([MEMBER])).rejects.toMatchObject({ name: "ForeignError" });
    expect(await ledger()).toMatchObject([{ outcome: "refused", micro_usd: 0 }]);
    expect(await spent()).toBe(0);
  });

  it("count what Workers AI reads at its own price", async () => {
    const run = async (_: string, { text }: { text: string[] }) => ({
      data: text.map(() => Array.from({ length: 768 }, (__, i) => (i === 0 ? 1 : 0))),
    });
    const { embedder } = models({ AI: { run } });
    expect(embedder.key).toMatch(/^workers_ai:/);
    await embedder.make(emptyIdfTable()).embed([REPORT]);
    expect(await ledger()).toMatchObject([
      { task: "embed", model: "@cf/baai/bge-base-en-v1.5", price_version: "0.067/0" },
    ]);
  });
});
