import { DomainError } from "../domain/errors";
import { mayWrite, type DropReason } from "../domain/source";
import { logEvent } from "../kit/log";
import { readStream } from "../kit/read-stream";
import type { SourceRow } from "../store/sources";
import type { IngestDeps } from "./deps";
import { mapMail, type MappedMail } from "./sources/email/map";
import { takeDelivery } from "./take-delivery";

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
  /** `feedbackId` is null while the mail waits on the queue. */
  | { kind: "stored"; feedbackId: string | null }
  | { kind: "dropped" }
  | { kind: "refused"; reason: string };

/** One mail to a project's address: find the source → read within bounds → map → filter → store. Throws only surprises. */
export async function receiveMail(deps: IngestDeps, mail: IncomingMail): Promise<MailOutcome> {
  const found = await deps.sourceAt("mail", localPart(mail.to));
  if (!found) return refused("There is no such address.");
  const { source } = found;
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
  return take(deps, source, mapped);
}

async function take(
  deps: IngestDeps,
  source: SourceRow,
  { item }: MappedMail & { kind: "report" },
): Promise<MailOutcome> {
  try {
    const taken = await takeDelivery(deps, source, { mapped: { kind: "feedback", items: [item] } });
    return { kind: "stored", feedbackId: taken.feedback_ids[0] ?? null };
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== "rate_limited") throw error;
    return refused("Too many mails. Please write again later.");
  }
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
  logEvent("mail_dropped", { source_id: source.id, reason });
  await deps.meter(source.id).note({ dropped: { [reason]: 1 } });
}

function refused(reason: string): MailOutcome {
  return { kind: "refused", reason };
}

/** `P-Key+note@host` is `p-key`. */
function localPart(address: string): string {
  const at = address.lastIndexOf("@");
  return (at < 0 ? address : address.slice(0, at)).toLowerCase().split("+", 1)[0]!.trim();
}
