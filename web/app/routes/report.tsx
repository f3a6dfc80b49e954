import {
  redirect,
  type ActionFunctionArgs,
  type LoaderFunctionArgs,
  type MetaFunction,
} from "@remix-run/cloudflare";
import { Link, useActionData, useLoaderData } from "@remix-run/react";
import { connect, unwrap } from "../api.server";
import { DuplicateForm } from "../features/clusters/duplicate-form";
import { markDuplicate } from "../features/clusters/ledger-actions.server";
import { DecisionEntry } from "../features/clusters/decision-entry";
import { ReportBody } from "../features/reports/report-body";
import { SourceMark } from "../features/reports/source-mark";
import { useCan } from "../features/projects/use-project";
import { answer } from "../lib/answer.server";
import { counted } from "../lib/count";
import { pageTitle } from "../lib/page-title";
import { Card } from "../ui/card";
import { ErrorPanel } from "../ui/error-page";
import { Time } from "../ui/time";
import { Words } from "../ui/words";

export const meta: MetaFunction<typeof loader> = ({ data }) =>
  pageTitle(data?.item.title ?? "Report", "Reports");

/** One report, and the ledger of where it was put. */
export async function loader({ request, context, params }: LoaderFunctionArgs) {
  const { feedback } = connect({ request, context });
  const one = feedback.projects[":projectId"].feedback[":id"];
  const param = { projectId: params.projectId!, id: params.reportId! };
  const [item, why] = await Promise.all([
    unwrap(one.$get({ param })),
    unwrap(one.why.$get({ param })),
  ]);
  return { item, why: why.items, base: `/p/${param.projectId}` };
}

/** Marks the report as a duplicate; the history of the cluster shows it, with the way back. */
export async function action({ request, context, params }: ActionFunctionArgs) {
  const { ledger } = connect({ request, context });
  const param = { projectId: params.projectId!, id: params.reportId! };
  const marked = await markDuplicate(ledger, param, await request.formData());
  if (!marked.ok) return answer({ problem: marked.problem });
  return redirect(`/p/${param.projectId}/clusters/${marked.value.clusters.at(-1)}/history`);
}

export default function Report() {
  const { item, why, base } = useLoaderData<typeof loader>();
  const acted = useActionData<typeof action>();
  const mayMark = useCan("cluster:write") && item.cluster_id !== null;
  return (
    <>
      <header className="cluster-head">
        <p className="crumb">
          <Link to={`${base}/reports`}>Reports</Link>
        </p>
        <h1>
          <Words>{item.title}</Words>
        </h1>
        <ul className="facts" aria-label="Facts">
          <li>
            <SourceMark kind={item.source} />
          </li>
          <li>
            reported <Time at={item.created_at} />
          </li>
          <li>
            received <Time at={item.received_at} />
          </li>
          {item.occurrences > 1 ? (
            <li>
              {counted(item.occurrences, "event")}
              {item.last_occurred_at ? (
                <>
                  , last <Time at={item.last_occurred_at} />
                </>
              ) : null}
            </li>
          ) : null}
          <li>
            {item.cluster_id ? (
              <Link to={`${base}/clusters/${item.cluster_id}`}>Its cluster</Link>
            ) : (
              "waiting to be grouped"
            )}
          </li>
        </ul>
      </header>
      <Card title="Report">
        <ReportBody item={item} />
      </Card>
      {mayMark ? (
        <Card title="Mark as a duplicate">
          <DuplicateForm problem={acted?.problem} />
        </Card>
      ) : null}
      <Card title="Why it is where it is">
        {why.length === 0 ? <p className="faint">It has not been placed yet.</p> : null}
        <ol className="placements">
          {why.map((decision) => (
            <DecisionEntry key={decision.id} decision={decision} base={base} />
          ))}
        </ol>
      </Card>
    </>
  );
}

export function ErrorBoundary() {
  return <ErrorPanel />;
}
