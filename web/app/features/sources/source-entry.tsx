import { Form, Link, useNavigation } from "@remix-run/react";
import type { SourceView } from "../../api.server";
import { Badge } from "../../ui/badge";
import { Button } from "../../ui/button";
import { Notice } from "../../ui/notice";
import { Time, useNow } from "../../ui/time";
import { Words } from "../../ui/words";
import { SourceMark } from "../reports/source-mark";
import { PolledTargets, SourceNumbers } from "./source-numbers";
import { SourceAddress, SourceDropped } from "./source-address";
import { SourceFilters } from "./source-filters";

type Props = {
  source: SourceView;
  base: string;
  /** The report that a test event just made, if it came through this source. */
  testedId: string | undefined;
  /** The repository whose sync was just put on the queue for this source. */
  syncedRepository: string | undefined;
  /** Its filters were just saved. */
  saved: boolean;
  /** Its DSN or mail address was just replaced. */
  turned: boolean;
  mayTest: boolean;
  mayRemove: boolean;
};

/** One connection: where to send, whether anything came, and what went wrong last. */
export function SourceEntry(props: Props) {
  const { source, base, testedId, syncedRepository, saved, turned, mayTest, mayRemove } = props;
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
          {mayTest && source.webhook_url ? (
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
          {mayRemove ? <RotateForm source={source} /> : null}
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
      {turned ? <Notice tone="good">This is the new one. The one before has ended.</Notice> : null}
      <SourceAddress source={source} />
      <PreviousSecret source={source} />
      {source.polled ? <PolledTargets polled={source.polled} /> : null}
      <SourceNumbers counts={source.counts} />
      <SourceDropped source={source} />
      {source.last_error && !toldByTarget(source) ? (
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

/** After a rotation: how long the sender has to change. */
function PreviousSecret({ source: { previous_secret_until: until } }: { source: SourceView }) {
  const now = useNow();
  if (!until || Date.parse(until) <= now) return null;
  return (
    <p className="faint">
      The secret before the present one ends <Time at={until} />.
    </p>
  );
}

/** The last error stands beside the repository or subreddit that it is about. */
function toldByTarget({ polled, last_error }: SourceView): boolean {
  return polled?.targets.some((target) => target.last_error === last_error) ?? false;
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

/** Two steps as well: what a new secret, key or address means for whoever sends. */
const ROTATIONS = {
  webhook: {
    what: "secret",
    words: "The new secret is shown once. The present one counts for 24 hours more.",
  },
  dsn: { what: "DSN", words: "The present DSN ends at once. Whoever uses it needs the new one." },
  mail: {
    what: "address",
    words: "The present address ends at once. Whoever writes to it needs the new one.",
  },
};

function RotateForm({ source }: { source: SourceView }) {
  if (source.channel === "poll") return null;
  const { what, words } = ROTATIONS[source.channel];
  return (
    <details className="confirm">
      <summary className="button button-quiet">New {what}</summary>
      <Form method="post" preventScrollReset className="confirm-box">
        <p>{words}</p>
        <input type="hidden" name="source" value={source.id} />
        <Button look="danger" name="intent" value="rotate">
          Make a new {what}
        </Button>
      </Form>
    </details>
  );
}

/** Two steps, without JavaScript too: removing a source ends its address for good. */
function RemoveForm({ source }: { source: SourceView }) {
  return (
    <details className="confirm">
      <summary className="button button-quiet">Remove</summary>
      <Form method="post" preventScrollReset className="confirm-box">
        <p>Its address stops answering, and every report that it brought is erased.</p>
        <input type="hidden" name="source" value={source.id} />
        <Button look="danger" name="intent" value="remove">
          Remove {source.name}
        </Button>
      </Form>
    </details>
  );
}
