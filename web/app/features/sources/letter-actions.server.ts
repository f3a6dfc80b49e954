import { attempt, done, unwrap, type connect, type DeadLetterView } from "../../api.server";

type Api = ReturnType<typeof connect>;
type Place = { projectId: string; letter: string };

/** How much of a delivery the page carries, in UTF-16 units. */
const TEXT_LIMIT = 20_000;

/** A dead letter as the page shows it: the delivery as text, cut where it is long. */
export function toLetter({ id, source_id, error, failed_at, message }: DeadLetterView) {
  const text = JSON.stringify(message, null, 2) ?? "";
  const cut = text.length > TEXT_LIMIT;
  return { id, source_id, error, failed_at, text: text.slice(0, TEXT_LIMIT), cut };
}
export type Letter = ReturnType<typeof toLetter>;

/** Tries a delivery again; after a refusal it is still there. */
export async function replayLetter(api: Api, { projectId, letter }: Place) {
  const param = { projectId, id: letter };
  const tried = await attempt(() => unwrap(lettersOf(api)[":id"].replay.$post({ param })));
  if (!tried.ok) return { problem: tried.problem };
  return { replayed: { feedbackId: tried.value.feedback_ids[0] ?? null } };
}

export async function removeLetter(api: Api, { projectId, letter }: Place) {
  const param = { projectId, id: letter };
  const gone = await attempt(() => done(lettersOf(api)[":id"].$delete({ param })));
  return gone.ok ? {} : { problem: gone.problem };
}

function lettersOf(api: Api) {
  return api.deadLetters.projects[":projectId"]["dead-letters"];
}
