import type { SourceChannel } from "../domain/source";
import type { SourceRow } from "../store/sources";

export type SourceAddresses = {
  webhook_url: string | null;
  dsn: string | null;
  mail_address: string | null;
};

/** 32 hexadecimal digits: the form that Sentry's SDKs expect of a public key, and unguessable as a mail address. */
export function newAddressKey(channel: SourceChannel): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const key = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return channel === "mail" ? `p-${key}` : key;
}

/** Where a source's reports are sent: one of the three is set; none for a polled source, nor for mail without `MAIL_DOMAIN`. */
export function addressesOf(
  row: SourceRow,
  projectNumber: number,
  settings: { PUBLIC_API_URL: string; MAIL_DOMAIN?: string },
): SourceAddresses {
  const none = { webhook_url: null, dsn: null, mail_address: null };
  const api = settings.PUBLIC_API_URL;
  switch (row.channel) {
    case "poll":
      return none;
    case "webhook":
      // A source that is only polled has no secret: nothing could be let in.
      return row.secretSealed
        ? { ...none, webhook_url: `${api}/ingest/${row.kind}/${row.id}` }
        : none;
    case "dsn":
      return { ...none, dsn: `${api.replace("://", `://${row.addressKey}@`)}/${projectNumber}` };
    case "mail": {
      const domain = settings.MAIL_DOMAIN;
      return { ...none, mail_address: domain ? `${row.addressKey}@${domain}` : null };
    }
  }
}
