import { z } from "zod";
import type { ProjectActor } from "../domain/actor";
import { NO_COUNTS, type SourceCounts } from "../domain/polling";
import { commit } from "../store/commit";
import { findLiveIds } from "../store/feedback";
import { addCounts, findRedditPoll } from "../store/polls";
import { noteDelivery } from "../store/sources";
import { accept } from "./accept";
import { batchReply, type BatchReply } from "./batch-reply";
import type { IngestDeps } from "./deps";
import { removeFeedback } from "./remove-feedback";
import { mapReddit } from "./sources/reddit/map";

/** Each item is judged on its own by `mapReddit`; a whole `Listing` of Reddit's is taken as well. */
export const AddRedditInput = z.unknown().meta({
  anyOf: [
    {
      type: "object",
      description: "A post or a comment; as Reddit lists it, it may lie in {kind, data}.",
      properties: {
        name: {
          type: "string",
          description: "The fullname: t3_… or t1_…; external_id is the same",
        },
        title: { type: "string" },
        selftext: { type: "string" },
        body: { type: "string" },
        subreddit: { type: "string" },
        permalink: { type: "string" },
        author: { type: "string" },
        created_utc: { type: "number" },
      },
    },
    { type: "array", maxItems: 1000, description: "Up to 1,000 of them; also as {items: […]}" },
  ],
});

/**
 * Posts and comments of Reddit, one or up to 1,000: from whoever has a token, and from our own poller. Each item stands on its
 * own. What Reddit says is deleted or removed is taken away, if it is here, and stays away.
 */
export async function addReddit(
  deps: IngestDeps,
  who: ProjectActor,
  posted: unknown,
): Promise<BatchReply> {
  const source = await findRedditPoll(deps.db, who.projectId);
  const { reply, counts } = await takeReddit(deps, who, posted, source?.sourceId ?? null);
  const now = deps.clock();
  const statements = source
    ? [
        addCounts(deps.db, who.projectId, source.sourceId, counts),
        noteDelivery(deps.db, who.projectId, source.sourceId, now),
      ]
    : [];
  const audit = {
    action: "feedback.add_reddit",
    target: `project:${who.projectId}`,
    detail: { created: reply.created },
  };
  await commit(deps.db, who, now, statements, audit, { status: 202, body: reply });
  return reply;
}

/** The one way in for what Reddit says, without the bookkeeping of who brought it. */
export async function takeReddit(
  deps: IngestDeps,
  who: ProjectActor,
  posted: unknown,
  sourceId: string | null,
): Promise<{ reply: BatchReply; counts: SourceCounts }> {
  const batch = mapReddit(posted, deps.clock());
  const accepted = await accept(
    deps,
    who,
    sourceId,
    batch.items.map(({ item }) => item),
  );
  const gone = await removeGone(
    deps,
    who,
    batch.changes.map((change) => change.externalId),
  );
  const others = [
    ...batch.changes.map(({ index, externalId }) => ({
      index,
      status: gone.has(externalId) ? ("removed" as const) : ("ignored" as const),
      id: gone.get(externalId) ?? null,
      external_id: externalId,
    })),
    ...batch.ignored.map(({ index }) => ({
      index,
      status: "ignored" as const,
      id: null,
      external_id: null,
    })),
  ];
  const duplicate = accepted.filter((one) => one.status === "duplicate").length;
  const counts: SourceCounts = {
    ...NO_COUNTS,
    accepted: accepted.length - duplicate,
    duplicate,
    refused: batch.refused.length,
  };
  return { reply: batchReply(batch, accepted, others), counts };
}

/** Takes away what we have of these; answers the ids of what was there. */
async function removeGone(
  deps: IngestDeps,
  who: ProjectActor,
  externalIds: string[],
): Promise<Map<string, string>> {
  if (externalIds.length === 0) return new Map();
  const known = await findLiveIds(deps.db, who.projectId, "reddit", externalIds);
  for (const id of known.values()) await removeFeedback(deps, who, id);
  return known;
}
