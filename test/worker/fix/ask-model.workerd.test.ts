import { env as bound } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { makeDeps } from "../../../worker/deps";
import type { ModelTask } from "../../../worker/domain/models";
import type { Env } from "../../../worker/env";
import { ModelHalt } from "../../../worker/fix/gateway/halt";
import { ForeignError } from "../../../worker/kit/foreign-error";
import { openDb } from "../../../worker/store/db";
import { listModelCalls } from "../../../worker/store/model-calls";
import { findProject } from "../../../worker/store/projects";
import { makeProject } from "../../builders/api";
import { modelBodies, modelFault, modelRequests, resetModel, script } from "../../builders/model";

const env = bound as unknown as Env;
const { model, modelKey } = bound.WORLD;
const GEMINI = { GEMINI_API_KEY: modelKey, GEMINI_BASE_URL: model };
const QUESTION = {
  instruction: "Answer in JSON.",
  prompt: "<untrusted>hello</untrusted>",
  schema: { type: "object" },
  outputLimit: 20_000,
};

let projectId: string;

beforeEach(async () => {
  await resetModel();
  ({ projectId } = await makeProject());
});

/** Asks as the Worker does, in an installation whose settings differ. */
async function ask(task: ModelTask, own: Record<string, string> = {}): Promise<string> {
  const deps = makeDeps({ ...env, ...own }, () => Promise.reject(new Error("not here")));
  const project = await findProject(deps.db, projectId);
  return deps.modelFor(project!, task, null)!.ask(QUESTION);
}

async function ledger() {
  const rows = await listModelCalls(openDb(env.DB), projectId, { cursor: null, limit: 10 });
  return rows.map(({ task, model: name, outcome, microUsd }) => ({
    task,
    name,
    outcome,
    microUsd,
  }));
}

describe("asking a model", () => {
  const usage = { input: 1_000, output: 100 };

  it("speaks to Gemini in its own words, and pays by what the answer tells", async () => {
    await script({ plain: [{ text: '{"a":1}', usage }] });
    expect(await ask("plan", GEMINI)).toBe('{"a":1}');
    const [request] = await modelRequests();
    expect(request!.path).toBe("/v1beta/models/gemini-2.5-flash:generateContent");
    expect(JSON.parse((await modelBodies())[0]!.body)).toMatchObject({
      systemInstruction: { parts: [{ text: QUESTION.instruction }] },
      generationConfig: {
        responseMimeType: "application/json",
        responseJsonSchema: { type: "object" },
        maxOutputTokens: 20_000,
        temperature: 0,
      },
    });
    expect(await ledger()).toEqual([
      { task: "plan", name: "gemini-2.5-flash", outcome: "settled", microUsd: 0.3 * 1_000 + 250 },
    ]);
  });

  it("speaks to an OpenAI-compatible service, and takes JSON out of a fence", async () => {
    await script({ plain: [{ text: '```json\n{"a":1}\n```', usage }] });
    expect(await ask("review")).toBe('{"a":1}');
    expect(JSON.parse((await modelBodies())[0]!.body)).toMatchObject({
      model: "scripted-1",
      response_format: { type: "json_object" },
      max_tokens: 20_000,
      messages: [
        { role: "system", content: expect.stringContaining('{"type":"object"}') },
        { role: "user", content: QUESTION.prompt },
      ],
    });
    expect(await ledger()).toMatchObject([{ task: "review", outcome: "settled", microUsd: 2_250 }]);
  });

  it("waits as long as the service names, and asks again", async () => {
    const body = { error: { code: 429, details: [{ retryDelay: "0.3s" }] } };
    await modelFault({ match: "models", kind: "status", status: 429, body });
    await script({ plain: [{ text: "{}" }] });
    expect(await ask("plan", GEMINI)).toBe("{}");
    expect(await modelRequests()).toHaveLength(2);
  });

  it("halts on a quota of the day, and on a spent budget", async () => {
    const body = { error: { details: [{ violations: [{ quotaId: "RequestsPerDay" }] }] } };
    await modelFault({ match: "models", kind: "status", status: 429, body });
    const halt = await ask("plan", GEMINI).catch((error: unknown) => error);
    expect(halt).toBeInstanceOf(ModelHalt);
    expect(halt).toMatchObject({ reason: "quota", message: expect.stringContaining("today") });
    await expect(ask("plan", { ...GEMINI, GEMINI_OUTPUT_USD_PER_MTOK: "10000" })).rejects.toThrow(
      "used up its budget of the day",
    );
    expect(await ledger()).toMatchObject([{ outcome: "refused", microUsd: 0 }]);
  });

  it("asks the fallback when the service stays out of order, even on another wire", async () => {
    await modelFault({ match: "v1beta", kind: "cut", times: 4 });
    await script({ plain: [{ text: "{}", usage }] });
    const fallback = {
      MODEL_FALLBACK_BASE_URL: `${model}/v1`,
      MODEL_FALLBACK_API_KEY: modelKey,
      MODEL_FALLBACK_NAME: "stand-in-1",
    };
    expect(await ask("plan", { ...GEMINI, ...fallback })).toBe("{}");
    expect((await ledger()).map(({ name }) => name).sort()).toEqual([
      "gemini-2.5-flash",
      "stand-in-1",
    ]);
  });

  it.each([
    [401, "unauthorized"],
    [404, "not_found"],
    [400, "invalid_reply"],
  ])("turns status %i into %s at once, without the key", async (status, kind) => {
    await modelFault({ match: "models", kind: "status", status });
    const error = (await ask("plan", GEMINI).catch((thrown: unknown) => thrown)) as ForeignError;
    expect(error).toBeInstanceOf(ForeignError);
    expect(error.kind).toBe(kind);
    expect(error.message).not.toContain(modelKey);
    expect(await modelRequests()).toHaveLength(1);
  });

  it("asks again when the connection breaks, and gives up in the end", async () => {
    const cut = { text: "{}", cut: true };
    await script({ plain: [cut, cut, cut, cut] });
    await expect(ask("plan", GEMINI)).rejects.toMatchObject({ kind: "unavailable" });
    expect(await ledger()).toMatchObject([{ outcome: "refused" }]);
  });

  it("is not possible where nothing is set up", async () => {
    const none = { MODEL_BASE_URL: "", MODEL_API_KEY: "" };
    const deps = makeDeps({ ...env, ...none }, () => Promise.reject(new Error("not here")));
    const project = await findProject(deps.db, projectId);
    expect(deps.modelFor(project!, "plan", null)).toBeNull();
  });
});
