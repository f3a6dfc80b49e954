import { DomainError } from "../domain/errors";
import { mayWrite, type DropReason } from "../domain/source";
import { logEvent } from "../kit/log";
import { readStream } from "../kit/read-stream";
import { runBatch } from "../store/db";
import { addCounts } from "../store/polls";
import { countDropped, findSourceByMail, noteDelivery, type SourceRow } from "../store/sources";
import { acceptThrough } from "./accept-through";
import type { IngestDeps } from "./deps";
import { mapMail, type MappedMail } from "./sources/email/map";

const MAIL_LIMIT_BYTES = 10 * 1024 * 1024;

/** A mail at the door. `from` and `to` are the envelope's; `size` is what the sender's server said, in bytes. */
export type IncomingMail = {
  from: string;
  to: string;
  size: number;
  raw: ReadableStream<Uint8Array>;
};

/** `refused`: the sender is told, in these words. `dropped`: nobody is, for it was a machine that wrote. */
export type MailOutcome =
  | { kind: "stored"; feedbackId: string }
  | { kind: "dropped" }
  | { kind: "refused"; reason: string };

/** One mail to a project's address: find the source → read within bounds → map → filter → store. Throws only surprises. */
export async function receiveMail(deps: IngestDeps, mail: IncomingMail): Promise<MailOutcome> {
  const source = await findSourceByMail(deps.db, localPart(mail.to));
  if (!source) return refused("There is no such address.");
  if (!(await deps.mayReport(source.id)))
    return refused("Too many mails. Please write again later.");
  const raw = mail.size > MAIL_LIMIT_BYTES ? null : await readStream(mail.raw, MAIL_LIMIT_BYTES);
  if (!raw) {
    await drop(deps, source, "too_large");
    return refused(`A mail may have ${MAIL_LIMIT_BYTES / 1024 / 1024} MB at most.`);
  }
  const mapped = await read(deps, { returnPath: mail.from, raw });
  if (!mapped) return refused("This mail cannot be read.");
  if (mapped.kind === "automatic") {
    await drop(deps, source, "automatic_mail");
    return { kind: "dropped" };
  }
  const known = (source.settings.allowed_senders ?? []).length > 0;
  if (!mayWrite(mapped.sender, source.settings) || (known && mapped.forged)) {
    await drop(deps, source, "sender");
    return refused("This address takes mail from known senders only.");
  }
  return store(deps, source, mapped);
}

async function store(
  deps: IngestDeps,
  source: SourceRow,
  mapped: MappedMail & { kind: "report" },
): Promise<MailOutcome> {
  const { projectId, id: sourceId } = source;
  const actor = { kind: "webhook" as const, sourceId, projectId };
  await runBatch(deps.db, [noteDelivery(deps.db, projectId, sourceId, deps.clock())]);
  const who = { actor, projectId, permissions: [] };
  const { results } = await acceptThrough(deps, who, source, [mapped.item]);
  return { kind: "stored", feedbackId: results[0]!.id };
}

async function read(
  deps: IngestDeps,
  mail: { returnPath: string; raw: Uint8Array },
): Promise<MappedMail | null> {
  try {
    return await mapMail(mail, deps.clock());
  } catch (error) {
    if (error instanceof DomainError) return null;
    throw error;
  }
}

async function drop(deps: IngestDeps, source: SourceRow, reason: DropReason): Promise<void> {
  const { projectId, id } = source;
  logEvent("mail_dropped", { source_id: id, reason });
  const counts = reason === "automatic_mail" ? { filtered: 1 } : { refused: 1 };
  await runBatch(deps.db, [
    countDropped(deps.db, projectId, id, reason),
    addCounts(deps.db, projectId, id, counts),
  ]);
}

function refused(reason: string): MailOutcome {
  return { kind: "refused", reason };
}

/** `P-Key+note@host` is `p-key`. */
function localPart(address: string): string {
  const at = address.lastIndexOf("@");
  return (at < 0 ? address : address.slice(0, at)).toLowerCase().split("+", 1)[0]!.trim();
}
