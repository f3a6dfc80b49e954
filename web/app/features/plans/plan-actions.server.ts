import { attempt, unwrap, type connect } from "../../api.server";
import { lines, text } from "../../lib/form.server";
import type { Refusal } from "../../lib/problem";
import type { PlanDraft } from "./plan-draft";

type Api = ReturnType<typeof connect>;
type Place = { projectId: string; id: string };

export async function makePlan(api: Api, param: Place) {
  return attempt(() => unwrap(plansOf(api).$post({ param })));
}

export async function approvePlan(api: Api, param: Place, form: FormData) {
  const version = Number(text(form, "version"));
  return attempt(() => unwrap(plansOf(api).approve.$post({ param, json: { version } })));
}

/** Saves the form as a new version. A refusal brings the draft back, so that nothing typed is lost. */
export async function savePlan(
  api: Api,
  param: Place,
  form: FormData,
): Promise<{ ok: true } | (Refusal & { draft: PlanDraft })> {
  const draft = draftFrom(form);
  const json = {
    version: Number(text(form, "over") || draft.version),
    summary: draft.summary,
    hypotheses: lines(form, "hypotheses"),
    candidate_files: draft.files.map(({ path, line, reason }) => ({
      path,
      reason,
      line: line === "" ? null : Number(line),
    })),
    steps: lines(form, "steps"),
    validation: lines(form, "validation"),
  };
  const saved = await attempt(() => unwrap(plansOf(api).$put({ param, json })));
  return saved.ok ? { ok: true } : { ...saved, draft };
}

function draftFrom(form: FormData): PlanDraft {
  const column = (name: string) => form.getAll(name).map((value) => String(value).trim());
  const reasons = column("file_reason");
  const numbers = column("file_line");
  return {
    version: Number(text(form, "version")),
    summary: text(form, "summary"),
    hypotheses: text(form, "hypotheses"),
    files: column("file_path")
      .map((path, at) => ({ path, line: numbers[at] ?? "", reason: reasons[at] ?? "" }))
      .filter(({ path }) => path !== ""),
    steps: text(form, "steps"),
    validation: text(form, "validation"),
  };
}

function plansOf(api: Api) {
  return api.fixes.projects[":projectId"].clusters[":id"].plan;
}
