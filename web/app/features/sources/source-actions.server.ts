import { attempt, done, unwrap, type connect } from "../../api.server";
import { lines, oneOf, text } from "../../lib/form.server";
import { LEVELS } from "./levels";
import type { RedditValues } from "./reddit-form";
import { SORTS } from "./reddit-sorts";
import { SOURCE_WAY_NAMES, SOURCE_WAYS } from "./source-ways";

type Api = ReturnType<typeof connect>;
type Place = { projectId: string; id: string };

/** Adds a source. A secret that the person brought along is known to them; only a new one is handed back. */
export async function addSource(api: Api, param: Place, form: FormData) {
  const given = text(form, "secret") || undefined;
  const way = SOURCE_WAYS[oneOf(form, "kind", SOURCE_WAY_NAMES) ?? "sentry"];
  const channel = way.channel === "dsn" ? way.channel : undefined;
  const json = { kind: way.kind, channel, name: text(form, "name"), secret: given };
  const made = await attempt(() => unwrap(sourcesOf(api).$post({ param, json })));
  if (!made.ok) return { problem: made.problem };
  const { name, secret } = made.value;
  return given || secret === null ? {} : { made: { name, secret } };
}

/** Sends a signed test event through the source's own address. */
export async function testSource(api: Api, param: Place) {
  const sent = await attempt(() => unwrap(sourcesOf(api)[":id"].test.$post({ param })));
  if (!sent.ok) return { problem: sent.problem };
  return { tested: { source: param.id, feedbackId: sent.value.feedback_id } };
}

/** Replaces what a source lets through. An empty field lets everything through. */
export async function filterSource(api: Api, param: Place, form: FormData) {
  const listed = { environments: lines(form, "environments"), senders: lines(form, "senders") };
  const levels = LEVELS.filter((level) => form.getAll("levels").includes(level));
  const settings = {
    ...(listed.environments.length > 0 ? { environments: listed.environments } : {}),
    ...(levels.length > 0 ? { levels } : {}),
    ...(listed.senders.length > 0 ? { allowed_senders: listed.senders } : {}),
  };
  const saved = await attempt(() =>
    unwrap(sourcesOf(api)[":id"].$patch({ param, json: { settings } })),
  );
  return saved.ok ? { saved: param.id } : { problem: saved.problem };
}

/** A new DSN or mail address, and the old one ends; or a new webhook secret, which is handed back to be shown this once. */
export async function rotateSource(api: Api, param: Place) {
  const turned = await attempt(() =>
    unwrap(sourcesOf(api)[":id"].rotate.$post({ param, json: {} })),
  );
  if (!turned.ok) return { problem: turned.problem };
  const { name, secret, previous_secret_until: until } = turned.value;
  return secret === null ? { turned: param.id } : { made: { name, secret, until } };
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
