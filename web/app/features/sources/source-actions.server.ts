import { attempt, done, unwrap, type connect } from "../../api.server";
import { lines, oneOf, text } from "../../lib/form.server";
import type { RedditValues } from "./reddit-form";
import { SORTS } from "./reddit-sorts";
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

/** Puts a sync of the project's repository on the queue: of what has changed, or of everything. */
export async function syncSource(api: Api, param: Place, form: FormData) {
  const full = text(form, "intent") === "sync-all";
  const asked = await attempt(() =>
    unwrap(
      api.polling.projects[":projectId"].ingest.github.sync.$post({
        param,
        query: { full: String(full) },
      }),
    ),
  );
  if (!asked.ok) return { problem: asked.problem };
  return { synced: { source: asked.value.source_id, repository: asked.value.repository } };
}

/** Saves what is polled on Reddit. After a refusal the form keeps what was typed. */
export async function saveReddit(api: Api, param: Place, form: FormData) {
  const typed: RedditValues = {
    subreddits: text(form, "subreddits"),
    keywords: text(form, "keywords"),
    interval: text(form, "interval"),
    sorts: SORTS.filter((sort) => form.getAll("sorts").includes(sort)),
  };
  const json = {
    subreddits: typed.subreddits.split(/[\s,]+/).filter(Boolean),
    keywords: lines(form, "keywords"),
    interval_minutes: Number(typed.interval),
    sorts: SORTS.filter((sort) => typed.sorts.includes(sort)),
  };
  const saved = await attempt(() =>
    unwrap(api.polling.projects[":projectId"].config.reddit.subreddits.$put({ param, json })),
  );
  return saved.ok ? { saved: true } : { problem: saved.problem, typed };
}

function sourcesOf(api: Api) {
  return api.sources.projects[":projectId"].sources;
}
