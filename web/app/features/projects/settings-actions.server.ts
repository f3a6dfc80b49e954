import { attempt, done, unwrap, type connect, type ProjectView } from "../../api.server";
import { oneOf, text } from "../../lib/form.server";
import type { PageProblem } from "../../lib/problem";
import type { TypedModels } from "./model-fields";
import { models, typedModels } from "./model-values.server";
import type { ProjectValues } from "./project-fields";
import { projectValues } from "./project-values.server";
import type { RunSettings } from "./run-fields";
import { runSettings, typedRunSettings } from "./run-values.server";
import { SCRUB_NAMES } from "./scrub-fields";
import { ROLES } from "./token-list";
import type { TypedTrust } from "./trust-fields";
import { trust, typedTrust } from "./trust-values.server";

type Api = ReturnType<typeof connect>;
type Place = { projectId: string };

/** The settings as they were typed. */
export type ProjectSettingsDraft = {
  values: ProjectValues;
  threshold: string;
  scrub: ProjectView["settings"]["scrub"];
  runs: RunSettings;
  trust: TypedTrust;
  models: TypedModels;
};

/** Saves the project's form. What it does not show of the grouping settings stays as it is. */
export async function saveProject(
  api: Api,
  param: Place,
  form: FormData,
): Promise<{ problem?: PageProblem; kept?: ProjectSettingsDraft }> {
  const values = projectValues(form);
  const scrub = scrubOf(form);
  const one = api.projects.projects[":projectId"];
  const saved = await attempt(async () => {
    const { settings } = await unwrap(one.$get({ param }));
    const grouping = { ...settings.grouping, threshold: thresholdOf(form) };
    return unwrap(
      one.$patch({
        param,
        json: {
          ...values,
          settings: {
            ...settings,
            ...runSettings(form),
            ...trust(form),
            models: models(form),
            grouping,
            scrub,
          },
        },
      }),
    );
  });
  if (saved.ok) return {};
  const kept = {
    values,
    threshold: text(form, "threshold"),
    scrub,
    runs: typedRunSettings(form),
    trust: typedTrust(form),
    models: typedModels(form),
  };
  return { problem: saved.problem, kept };
}

/** Ends the project for good. */
export async function deleteProject(api: Api, param: Place): Promise<{ problem?: PageProblem }> {
  const one = api.projects.projects[":projectId"];
  const gone = await attempt(() => unwrap(one.$delete({ param })));
  return gone.ok ? {} : { problem: gone.problem };
}

export async function makeToken(api: Api, param: Place, form: FormData) {
  const json = {
    name: text(form, "token_name"),
    role: oneOf(form, "role", ROLES) ?? "operator",
    expires_in_days: Number(text(form, "days")),
  };
  const { tokens } = api.sources.projects[":projectId"];
  const made = await attempt(() => unwrap(tokens.$post({ param, json })));
  if (!made.ok) return { problem: made.problem };
  return { made: { name: made.value.name, token: made.value.token } };
}

export async function endToken(api: Api, param: Place, form: FormData) {
  const { tokens } = api.sources.projects[":projectId"];
  const place = { ...param, id: text(form, "token") };
  const ended = await attempt(() => done(tokens[":id"].$delete({ param: place })));
  return ended.ok ? {} : { problem: ended.problem };
}

/** Only what is kept is a setting: a kind that is not named is scrubbed. */
function scrubOf(form: FormData): ProjectView["settings"]["scrub"] {
  const ticked = form.getAll("keep");
  const kept = SCRUB_NAMES.filter((name) => ticked.includes(name));
  return Object.fromEntries(kept.map((name) => [name, false]));
}

/** Empty means: the installation's own line. What is no number goes as it is, for the API to refuse. */
function thresholdOf(form: FormData): ProjectView["settings"]["grouping"]["threshold"] {
  const typed = text(form, "threshold");
  return typed === "" ? undefined : Number(typed);
}
