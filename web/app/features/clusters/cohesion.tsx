import { Form, Link } from "@remix-run/react";
import type { CohesionView } from "../../api.server";
import { counted } from "../../lib/count";
import { Button } from "../../ui/button";
import { Notice } from "../../ui/notice";
import { Words } from "../../ui/words";
import { formatSimilarity } from "./decision-words";

type Props = { cohesion: CohesionView; base: string; cluster: string; maySplit: boolean };

/** How alike the reports of a cluster are, which are not, and what the brain alone would part. */
export function Cohesion({ cohesion, base, cluster, maySplit }: Props) {
  const { mean, worst, outliers, splits, compared } = cohesion;
  if (mean === null || !worst) return null;
  return (
    <>
      <p>
        {counted(compared, "report")} compared: <strong>{formatSimilarity(mean)}</strong> alike on
        average, {formatSimilarity(worst.similarity)} at worst (
        <Report id={worst.feedback_id} title={worst.title} base={base} /> and{" "}
        <Report id={worst.other_id} title={worst.other_title} base={base} />
        ).
      </p>
      {outliers.length > 0 ? (
        <p>
          Least like the others:{" "}
          {outliers.map((one, i) => (
            <span key={one.feedback_id}>
              {i > 0 ? ", " : ""}
              <Report id={one.feedback_id} title={one.title} base={base} />{" "}
              <span className="faint">{formatSimilarity(one.mean)}</span>
            </span>
          ))}
        </p>
      ) : null}
      {splits.map(({ reports, reason }) => (
        <Notice key={reports.map((one) => one.feedback_id).join()} tone="plain">
          <p>May be another problem. {reason}</p>
          <ul>
            {reports.map((one) => (
              <li key={one.feedback_id}>
                <Report id={one.feedback_id} title={one.title} base={base} />
              </li>
            ))}
          </ul>
          {maySplit ? (
            <Form method="post" action={`${base}/clusters/${cluster}/reports`}>
              {reports.map((one) => (
                <input
                  key={one.feedback_id}
                  type="hidden"
                  name="feedback"
                  value={one.feedback_id}
                />
              ))}
              <Button name="intent" value="split">
                Split {counted(reports.length, "report")} off
              </Button>
            </Form>
          ) : null}
        </Notice>
      ))}
    </>
  );
}

function Report({ id, title, base }: { id: string; title: string; base: string }) {
  return (
    <Link to={`${base}/reports/${id}`}>
      <Words>{title || "a report"}</Words>
    </Link>
  );
}
