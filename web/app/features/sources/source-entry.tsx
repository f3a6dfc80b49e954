import { Form, Link, useNavigation } from "@remix-run/react";
import type { SourceView } from "../../api.server";
import { Badge } from "../../ui/badge";
import { Button } from "../../ui/button";
import { Notice } from "../../ui/notice";
import { Time } from "../../ui/time";
import { Words } from "../../ui/words";
import { SourceMark } from "../reports/source-mark";
import { SourceAddress, SourceDropped } from "./source-address";
import { SourceFilters } from "./source-filters";
import { PolledTargets, SourceNumbers } from "./source-numbers";

type Props = {
  source: SourceView;
  base: string;
  /** The report that a test event just made, if it came through this source. */
  testedId: string | undefined;
  /** Its filters were just saved. */
  saved: boolean;
  /** The repository whose sync was just put on the queue for this source. */
  syncedRepository: string | undefined;
  mayTest: boolean;
  mayRemove: boolean;
};

/** One connection: where to send, whether anything came, and what went wrong last. */
export function SourceEntry(props: Props) {
  const { source, base, testedId, syncedRepository, saved, mayTest, mayRemove } = props;
  const pending = useNavigation().formData;
  const mine = pending?.get("source") === source.id;
  return (
    <li className="source">
      <div className="source-head">
        <SourceMark kind={source.kind} />
        <h2>
          <Words>{source.name}</Words>
        </h2>
        <SourceHealth source={source} />
        <div className="source-actions">
          {mayTest && source.kind === "github" ? <SyncForm source={source} /> : null}
          {mayTest && (source.webhook_url ?? source.dsn ?? source.mail_address) ? (
            <Form method="post" preventScrollReset>
              <input type="hidden" name="source" value={source.id} />
              <Button
                icon="run"
                name="intent"
                value="test"
                busy={mine && pending?.get("intent") === "test"}
              >
                Send a test event
              </Button>
            </Form>
          ) : null}
          {mayRemove && source.channel !== "webhook" ? <RotateForm source={source} /> : null}
          {mayRemove ? <RemoveForm source={source} /> : null}
        </div>
      </div>
      {testedId ? (
        <Notice tone="good">
          A test event went through this address and came in.{" "}
          <Link to={`${base}/reports/${testedId}`}>See the report</Link>
        </Notice>
      ) : null}
      {syncedRepository ? (
        <Notice tone="good">
          The sync of <Words>{syncedRepository}</Words> is on its way. Its reports appear as they
          are read.
        </Notice>
      ) : null}
      <SourceAddress source={source} />
      {source.polled ? <PolledTargets polled={source.polled} /> : null}
      <SourceNumbers counts={source.counts} />
      <SourceDropped source={source} />
      {source.last_error ? (
        <p className="source-error">
          Last error{" "}
          {source.last_error_at ? (
            <>
              <Time at={source.last_error_at} />
              {": "}
            </>
          ) : null}
          <bdi>{source.last_error}</bdi>
        </p>
      ) : null}
      {mayRemove ? <SourceFilters source={source} saved={saved} /> : null}
    </li>
  );
}

function SourceHealth({ source }: { source: SourceView }) {
  const { last_delivery_at: delivered, last_error_at: failed } = source;
  if (failed && (!delivered || failed > delivered)) {
    return (
      <Badge tone="bad" icon="alert">
        Last delivery failed
      </Badge>
    );
  }
  if (!delivered) {
    return (
      <Badge tone="warn" icon="clock">
        Waiting for the first event
      </Badge>
    );
  }
  return (
    <>
      <Badge tone="good" icon="check">
        Receiving
      </Badge>
      <span className="faint">
        last <Time at={delivered} />
      </span>
    </>
  );
}

/** Two steps as well: whoever sends to the old address is not heard any more. */
function RotateForm({ source }: { source: SourceView }) {
  const what = source.channel === "dsn" ? "DSN" : "address";
  return (
    <details className="confirm">
      <summary className="button button-quiet">New {what}</summary>
      <Form method="post" preventScrollReset className="confirm-box">
        <p>The present {what} ends at once. Whoever uses it needs the new one.</p>
        <input type="hidden" name="source" value={source.id} />
        <Button look="danger" name="intent" value="rotate">
          Make a new {what}
        </Button>
      </Form>
    </details>
  );
}

/** What has changed since the last sync, or everything again. */
function SyncForm({ source }: { source: SourceView }) {
  const pending = useNavigation().formData;
  const intent = pending?.get("source") === source.id ? pending.get("intent") : null;
  const polledBefore = (source.polled?.targets.length ?? 0) > 0;
  return (
    <Form method="post" preventScrollReset className="button-group">
      <input type="hidden" name="source" value={source.id} />
      <Button icon="down" name="intent" value="sync" busy={intent === "sync"}>
        Sync now
      </Button>
      {polledBefore ? (
        <Button look="quiet" name="intent" value="sync-all" busy={intent === "sync-all"}>
          Read everything again
        </Button>
      ) : null}
    </Form>
  );
}

/** Two steps, without JavaScript too: removing a source ends its address for good. */
function RemoveForm({ source }: { source: SourceView }) {
  return (
    <details className="confirm">
      <summary className="button button-quiet">Remove</summary>
      <Form method="post" preventScrollReset className="confirm-box">
        <p>Its address stops answering. Reports that came in stay.</p>
        <input type="hidden" name="source" value={source.id} />
        <Button look="danger" name="intent" value="remove">
          Remove {source.name}
        </Button>
      </Form>
    </details>
  );
}
