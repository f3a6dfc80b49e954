import { DomainError } from "../domain/errors";
import type { NewFeedback } from "../domain/feedback";
import { decompress } from "../kit/decompress";
import { runBatch } from "../store/db";
import { addCounts } from "../store/polls";
import {
  countDropped,
  findSourceByDsn,
  noteDelivery,
  noteSourceError,
  type SourceRow,
} from "../store/sources";
import { acceptThrough } from "./accept-through";
import type { IngestDeps } from "./deps";
import { parseEnvelope, readDsn, type Envelope } from "./sources/sentry/envelope";
import { eventIdOf } from "./sources/sentry/links";
import { mapEnvelope, mapStore } from "./sources/sentry/sdk";

/** An unpacked envelope. Replays and attachments, which are thrown away, come in the same envelope as their event. */
const UNPACKED_LIMIT_BYTES = 20 * 1024 * 1024;
/** For so long a sender over the limit is asked to be silent. */
export const RETRY_AFTER_SECONDS = 60;

export type SdkRequest = {
  projectNumber: number;
  form: "envelope" | "store";
  /** The public key in the request's header or query; an envelope may carry it inside instead. */
  publicKey: string | null;
  encoding: string | undefined;
};

/**
 * What a Sentry SDK reports to a project's DSN. Returns the id of the event, if there is one. Throws `unauthenticated`
 * without a public key, `forbidden` when it is not that project's, `rate_limited`, `body_too_large`, or `malformed_body`
 * with the path of the fault.
 */
export async function receiveSdkReport(
  deps: IngestDeps,
  request: SdkRequest,
  readBody: () => Promise<Uint8Array>,
): Promise<string | null> {
  const { publicKey } = request;
  const known = publicKey === null ? null : await admit(deps, request.projectNumber, publicKey);
  if (!known && request.form === "store") throw noKey();
  const body = unpack(await readBody(), request.encoding);
  const envelope = await noted(deps, known, () =>
    request.form === "envelope" ? parseEnvelope(body) : null,
  );
  const source = known ?? (await admitByEnvelope(deps, request.projectNumber, envelope!));
  const reports = await noted(deps, source, () => {
    const now = deps.clock();
    return envelope ? mapEnvelope(envelope, now) : mapStore(body, now);
  });
  await store(deps, source, reports);
  return eventIdOf(envelope?.headers.event_id) ?? idOf(reports);
}

async function store(deps: IngestDeps, source: SourceRow, reports: NewFeedback[]): Promise<void> {
  if (reports.length === 0) return;
  const { id: sourceId, projectId } = source;
  const actor = { kind: "webhook" as const, sourceId, projectId };
  await runBatch(deps.db, [noteDelivery(deps.db, projectId, sourceId, deps.clock())]);
  await acceptThrough(deps, { actor, projectId, permissions: [] }, source, reports);
}

async function admit(deps: IngestDeps, projectNumber: number, key: string): Promise<SourceRow> {
  const wellFormed = /^[0-9a-f]{32}$/.test(key) && Number.isSafeInteger(projectNumber);
  const source = wellFormed ? await findSourceByDsn(deps.db, projectNumber, key) : undefined;
  if (!source) throw new DomainError("forbidden", "This is not the public key of that project.");
  if (!(await deps.mayReport(source.id))) {
    const retryAfterSeconds = RETRY_AFTER_SECONDS;
    throw new DomainError("rate_limited", "Too many reports at once.", { retryAfterSeconds });
  }
  return source;
}

async function admitByEnvelope(
  deps: IngestDeps,
  projectNumber: number,
  envelope: Envelope,
): Promise<SourceRow> {
  const dsn = readDsn(envelope.headers.dsn);
  if (!dsn) throw noKey();
  // A DSN of another project than the address's is as good as a wrong key.
  return admit(deps, dsn.projectNumber === projectNumber ? projectNumber : Number.NaN, dsn.key);
}

function noKey(): DomainError {
  return new DomainError("unauthenticated", "Send the DSN's public key (X-Sentry-Auth).");
}

function unpack(body: Uint8Array, encoding: string | undefined): Uint8Array {
  const unpacked = decompress(body, encoding, UNPACKED_LIMIT_BYTES);
  if (unpacked.ok) return unpacked.bytes;
  switch (unpacked.fault) {
    case "too_large":
      throw new DomainError(
        "body_too_large",
        `The unpacked body may have ${UNPACKED_LIMIT_BYTES} bytes at most.`,
      );
    case "unknown_encoding":
      throw new DomainError("unsupported_media_type", "Send gzip, deflate, br, or no encoding.");
    case "corrupt":
      throw new DomainError("malformed_body", "The body cannot be unpacked.", {
        faults: [{ path: "", message: "The body cannot be unpacked." }],
      });
  }
}

/** Lets the people of the project see what could not be taken. */
async function noted<T>(deps: IngestDeps, source: SourceRow | null, read: () => T): Promise<T> {
  try {
    return read();
  } catch (error) {
    if (source && error instanceof DomainError) await note(deps, source, error);
    throw error;
  }
}

async function note(deps: IngestDeps, source: SourceRow, error: DomainError): Promise<void> {
  const { projectId, id } = source;
  const message = `A report of an SDK could not be read: ${error.detail}`;
  await runBatch(deps.db, [
    noteSourceError(deps.db, projectId, id, message, deps.clock()),
    addCounts(deps.db, projectId, id, { refused: 1 }),
    ...(error.code === "body_too_large" ? [countDropped(deps.db, projectId, id, "too_large")] : []),
  ]);
}

function idOf([report]: NewFeedback[]): string | null {
  return report?.metadata.event_id ?? null;
}
