import { Link } from "@remix-run/react";
import type { FeedbackItem } from "../../api.server";
import { counted } from "../../lib/count";
import { Time } from "../../ui/time";
import { Words } from "../../ui/words";
import { ReportBody } from "./report-body";
import { SourceMark } from "./source-mark";

type Props = {
  item: FeedbackItem;
  base: string;
  open?: boolean;
  /** Whether the list is its cluster's own, so that a link there would lead nowhere. */
  inCluster?: boolean;
  /** The form that a checkbox beside the report belongs to; it names the report as `feedback`. */
  pickedBy?: string;
};

/** One report in a list; it unfolds in place, with or without JavaScript. */
export function ReportEntry({ item, base, open = false, inCluster = false, pickedBy }: Props) {
  const notes = [
    ...(item.occurrences > 1 ? [counted(item.occurrences, "event")] : []),
    ...(item.unclustered ? ["waiting to be grouped"] : []),
  ];
  return (
    <li className={pickedBy ? "picked-entry" : undefined}>
      {pickedBy ? (
        <input
          type="checkbox"
          form={pickedBy}
          name="feedback"
          value={item.id}
          aria-label={`Select: ${item.title}`}
        />
      ) : null}
      <details className="entry" open={open}>
        <summary data-row>
          <SourceMark kind={item.source} named={false} />
          <span className="entry-title">
            <Words>{item.title}</Words>
          </span>
          {notes.length > 0 ? <span className="entry-note">{notes.join(" · ")}</span> : null}
          <Time at={item.created_at} />
        </summary>
        <ReportBody item={item} />
        <p className="report-links">
          <Link to={`${base}/reports/${item.id}`}>Page of this report</Link>
          {item.cluster_id && !inCluster ? (
            <Link to={`${base}/clusters/${item.cluster_id}`}>Its cluster</Link>
          ) : null}
        </p>
      </details>
    </li>
  );
}
