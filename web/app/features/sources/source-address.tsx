import type { SourceView } from "../../api.server";
import { CopyField } from "../../ui/copy-field";
import { Notice } from "../../ui/notice";

/** Where to send: a webhook's address, a DSN for Sentry's SDKs, or a mail address. */
export function SourceAddress({ source }: { source: SourceView }) {
  if (source.webhook_url) return <CopyField label="Webhook address" value={source.webhook_url} />;
  if (source.dsn) return <CopyField label="DSN" value={source.dsn} />;
  if (source.mail_address) return <CopyField label="Mail address" value={source.mail_address} />;
  if (source.channel !== "mail") return null;
  return (
    <Notice tone="bad">This installation has no domain for mail: set MAIL_DOMAIN first.</Notice>
  );
}

type Reason = keyof SourceView["dropped"];

/** Total, so that a new reason does not compile without its words. */
const REASONS: Record<Reason, string> = {
  environment: "of other environments",
  level: "of other levels",
  sender: "from senders who may not write",
  automatic_mail: "automatic mails",
  too_large: "too large",
  not_a_report: "not a report",
};

/** What came in and was not kept. */
export function SourceDropped({ source }: { source: SourceView }) {
  const counts = Object.entries(source.dropped) as [Reason, number][];
  if (counts.length === 0) return null;
  return (
    <p className="faint">
      Not kept: {counts.map(([reason, count]) => `${count} ${REASONS[reason]}`).join(", ")}.
    </p>
  );
}
