import { DomainError } from "../domain/errors";
import type { NewFeedback } from "../domain/feedback";
import { decompress } from "../kit/decompress";
import type { SourceRow } from "../store/sources";
import type { IngestDeps } from "./deps";
import { noteRefusal } from "./note-refusal";
import { parseEnvelope, readDsn, type Envelope } from "./sources/sentry/envelope";
import { eventIdOf } from "./sources/sentry/links";
import { mapEnvelope, mapStore } from "./sources/sentry/sdk";
import { takeDelivery } from "./take-delivery";

/** An unpacked envelope. Replays and attachments, which are thrown away, come in the same envelope as their event. */
const UNPACKED_LIMIT_BYTES = 20 * 1024 * 1024;

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
  if (reports.length > 0) {
    await takeDelivery(deps, source, { mapped: { kind: "feedback", items: reports } });
  }
  return eventIdOf(envelope?.headers.event_id) ?? idOf(reports);
}

async function admit(deps: IngestDeps, projectNumber: number, key: string): Promise<SourceRow> {
  const wellFormed = /^[0-9a-f]{32}$/.test(key) && Number.isSafeInteger(projectNumber);
  const found = wellFormed ? await deps.sourceAt("dsn", key) : null;
  if (found?.projectNumber !== projectNumber) {
    throw new DomainError("forbidden", "This is not the public key of that project.");
  }
  return found.source;
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

function noted<T>(deps: IngestDeps, source: SourceRow | null, read: () => T): Promise<T> {
  return source ? noteRefusal(deps, source.id, read) : Promise.resolve().then(read);
}

function idOf([report]: NewFeedback[]): string | null {
  return report?.metadata.event_id ?? null;
}
