import { Form, Link } from "@remix-run/react";
import type { WhatIfView } from "../../api.server";
import { counted, formatCount } from "../../lib/count";
import { Button } from "../../ui/button";
import { Notice } from "../../ui/notice";
import { Words } from "../../ui/words";
import { formatSimilarity } from "../clusters/decision-words";
import { JobProgress } from "./job-progress";
import { METHOD_WORDS } from "./methods";

type Result = NonNullable<WhatIfView["result"]>;
type Part = Result["merges"]["items"][number]["into"];

type Props = { preview: WhatIfView; base: string; mayCancel: boolean; mayApply: boolean };

/** What a preview found, or how far it is. */
export function WhatIfResult({ preview, base, mayCancel, mayApply }: Props) {
  const { result, status, progress, threshold, method } = preview;
  if (status === "failed") return <Notice tone="bad">{preview.error ?? "It failed."}</Notice>;
  if (status === "cancelled") return <Notice tone="plain">It was cancelled.</Notice>;
  if (!result) return <JobProgress id={preview.id} progress={progress} mayCancel={mayCancel} />;
  const nothing = result.reports_moved === 0;
  return (
    <div className="stack">
      <p>
        At <strong>{formatSimilarity(threshold)}</strong> ({METHOD_WORDS[method]}):{" "}
        {nothing ? "no report would move." : <Numbers result={result} />}
      </p>
      {result.pairs_missing ? (
        <Notice tone="plain">
          So low, some pairs are not stored: there would be more joins than are shown.
        </Notice>
      ) : null}
      <Human human={result.human} base={base} />
      <Merges merges={result.merges} base={base} />
      <Splits splits={result.splits} base={base} />
      {mayApply && !result.applied_by ? (
        <Form method="post" preventScrollReset>
          <input type="hidden" name="id" value={preview.id} />
          <div className="form-actions">
            <Button look="primary" name="intent" value="apply">
              {nothing ? "Use this line" : "Do this, and use this line"}
            </Button>
          </div>
        </Form>
      ) : null}
    </div>
  );
}

function Numbers({ result }: { result: Result }) {
  const { clusters_before: before, clusters_after: after, reports_moved: moved } = result;
  return (
    <>
      {counted(result.merges.total, "merge")} and {counted(result.splits.total, "split")};{" "}
      {counted(moved, "report")} would move, and {counted(before, "cluster")} would be{" "}
      {formatCount(after)}. Clusters that people touched stay as they are.
    </>
  );
}

function Human({ human, base }: { human: Result["human"]; base: string }) {
  if (human.together + human.apart === 0) {
    return <p className="faint">Nobody has merged or split here yet, so nothing measures it.</p>;
  }
  const { precision, recall, contradicted, contradictions } = human;
  return (
    <>
      <p>
        Measured on {counted(human.together + human.apart, "pair")} that people decided: precision{" "}
        {share(precision)}, recall {share(recall)}. It would contradict {formatCount(contradicted)}{" "}
        of them; what people said holds all the same.
      </p>
      <ul className="choices">
        {contradictions.map((one) => (
          <li key={`${one.operation_id}${one.said}`}>
            <span>
              People said {one.said}: <Report id={one.feedback_id} title={one.title} base={base} />{" "}
              and <Report id={one.other_id} title={one.other_title} base={base} />
              <span className="faint"> {counted(one.pairs, "pair")}</span>
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

function Merges({ merges, base }: { merges: Result["merges"]; base: string }) {
  if (merges.total === 0) return null;
  return (
    <section aria-label="Would merge">
      <h3>Would be one: {formatCount(merges.total)}</h3>
      <ul className="choices">
        {merges.items.map(({ clusters }) => (
          <li key={clusters.map((one) => one.id).join()}>
            <Parts parts={clusters} base={base} joined=" + " />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Splits({ splits, base }: { splits: Result["splits"]; base: string }) {
  if (splits.total === 0) return null;
  return (
    <section aria-label="Would split">
      <h3>Would be several: {formatCount(splits.total)}</h3>
      <ul className="choices">
        {splits.items.map(({ id, title, parts }) => (
          <li key={id}>
            <Cluster id={id} title={title} base={base} />
            <span className="faint">{parts.map((part) => part.reports).join(" + ")} reports</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Parts({ parts, base, joined }: { parts: Part[]; base: string; joined: string }) {
  return (
    <span>
      {parts.map(({ id, title, reports }, i) => (
        <span key={id ?? i}>
          {i > 0 ? joined : ""}
          <Cluster id={id} title={title} base={base} />{" "}
          <span className="faint">{counted(reports, "report")}</span>
        </span>
      ))}
    </span>
  );
}

function Cluster({ id, title, base }: { id: string | null; title: string; base: string }) {
  if (id === null) return <span className="faint">a new cluster</span>;
  return (
    <Link to={`${base}/clusters/${id}`}>
      <Words>{title || "A cluster"}</Words>
    </Link>
  );
}

function Report({ id, title, base }: { id: string; title: string | null; base: string }) {
  return (
    <Link to={`${base}/reports/${id}`}>
      <Words>{title ?? "a report"}</Words>
    </Link>
  );
}

function share(value: number | null): string {
  return value === null ? "unknown" : formatSimilarity(value);
}
