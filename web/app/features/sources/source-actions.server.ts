import { attempt, done, unwrap, type connect } from "../../api.server";
import { oneOf, text } from "../../lib/form.server";
import { WEBHOOK_KINDS } from "./webhook-kinds";

type Api = ReturnType<typeof connect>;
type Place = { projectId: string; id: string };

/** Adds a source. A secret that the person brought along is known to them; only a new one is handed back. */
export async function addSource(api: Api, param: Place, form: FormData) {
  const given = text(form, "secret") || undefined;
  const json = {
    kind: oneOf(form, "kind", WEBHOOK_KINDS) ?? "sentry",
    name: text(form, "name"),
    secret: given,
  };
  const made = await attempt(() => unwrap(sourcesOf(api).$post({ param, json })));
  if (!made.ok) return { problem: made.problem };
  return given ? {} : { made: { name: made.value.name, secret: made.value.secret } };
}

/** Sends a signed test event through the source's own address. */
export async function testSource(api: Api, param: Place) {
  const sent = await attempt(() => unwrap(sourcesOf(api)[":id"].test.$post({ param })));
  if (!sent.ok) return { problem: sent.problem };
  return { tested: { source: param.id, feedbackId: sent.value.feedback_id } };
}

export async function removeSource(api: Api, param: Place) {
  const gone = await attempt(() => done(sourcesOf(api)[":id"].$delete({ param })));
  return gone.ok ? {} : { problem: gone.problem };
}

function sourcesOf(api: Api) {
  return api.sources.projects[":projectId"].sources;
}
