import { DomainError, notFound } from "../domain/errors";
import type { SourceKind } from "../domain/feedback";
import { firstProjectIds } from "../store/projects";
import { listSources, type SourceRow } from "../store/sources";
import type { IngestDeps } from "./deps";
import { noteRefusal } from "./note-refusal";
import { mapPullNews, mapPullRequest } from "./sources/github/map";
import { WEBHOOK_SOURCES, type WebhookKind } from "./sources";
import type { Delivery } from "./sources/source";
import type { Received } from "./store-delivery";
import { takeDelivery } from "./take-delivery";

/**
 * One delivery: verify over the raw bytes → map → take. Needs no database. Throws `bad_signature`, `malformed_body` with the
 * path of the first fault, and what `takeDelivery` throws; an unknown kind of event is `ignored`.
 */
export async function receiveWebhook(
  deps: IngestDeps,
  found: SourceRow,
  delivery: Delivery,
): Promise<Received> {
  const adapter = WEBHOOK_SOURCES[found.kind as WebhookKind];
  const source = await verified(deps, found, (secrets) => adapter.verify(delivery, secrets));
  const mapped = await noteRefusal(deps, source.id, () => adapter.map(delivery, deps.clock()));
  if (mapped.kind === "ignored" && mapped.trouble) {
    await deps.meter(source.id).note({ error: mapped.trouble });
  }
  const pull = source.kind === "github" ? mapPullRequest(delivery) : null;
  const news = source.kind === "github" ? mapPullNews(delivery, deps.clock()) : [];
  return takeDelivery(deps, source, {
    mapped,
    pull,
    news,
    deliveryId: adapter.deliveryId(delivery.headers),
  });
}

/** The source in a webhook address: by id, and of the kind that the address says. */
export async function sourceOfAddress(
  deps: IngestDeps,
  kind: SourceKind,
  sourceId: string,
): Promise<SourceRow> {
  const found = await deps.sourceAt("webhook", sourceId);
  if (!found || found.source.kind !== kind) throw notFound("source");
  return found.source;
}

/**
 * The source of a short address without an id: the only one of its kind in the project that is named, or in the only
 * project of the installation. Throws `not_found` when there is none and `ambiguous_source` when there are several.
 */
export async function onlySource(
  deps: Pick<IngestDeps, "db">,
  kind: SourceKind,
  projectId: string | undefined,
): Promise<SourceRow> {
  const projects = projectId ? [projectId] : await firstProjectIds(deps.db);
  const ambiguous = new DomainError(
    "ambiguous_source",
    "Use the address that carries the source's id.",
  );
  if (projects.length > 1) throw ambiguous;
  const found = projects[0] ? await listSources(deps.db, projects[0], kind) : [];
  if (found.length > 1) throw ambiguous;
  if (!found[0]) throw notFound("source");
  return found[0];
}

/** The source whose secret signed this. What we remember of it may be older than its last rotation: then we look again. */
async function verified(
  deps: IngestDeps,
  found: SourceRow,
  verify: (secrets: string[]) => Promise<boolean>,
): Promise<SourceRow> {
  if (await verify(await deps.secretsOf(found))) return found;
  const fresh = await deps.sourceAt("webhook", found.id, { fresh: true }).catch(() => null);
  const changed = fresh && fresh.source.secretSealed !== found.secretSealed;
  if (changed && (await verify(await deps.secretsOf(fresh.source)))) return fresh.source;
  await deps.meter(found.id).note({
    refused: 1,
    error: "A delivery was refused: its signature does not match the secret.",
  });
  throw new DomainError("bad_signature", "The signature does not match this source's secret.");
}
