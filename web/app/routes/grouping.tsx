import { redirect, type ActionFunctionArgs, type LoaderFunctionArgs } from "@remix-run/cloudflare";
import { Form, useActionData, useLoaderData, useNavigation } from "@remix-run/react";
import { connect, unwrap, unwrapOrNull } from "../api.server";
import {
  apply,
  cancelJob,
  preview,
  startJob,
  undo,
} from "../features/grouping/grouping-actions.server";
import { JobProgress } from "../features/grouping/job-progress";
import { WhatIfForm } from "../features/grouping/what-if-form";
import { WhatIfResult } from "../features/grouping/what-if-result";
import { useCan, useProject } from "../features/projects/use-project";
import { answer } from "../lib/answer.server";
import { counted } from "../lib/count";
import { oneOf, text } from "../lib/form.server";
import { pageTitle } from "../lib/page-title";
import { Button } from "../ui/button";
import { Card } from "../ui/card";
import { ErrorPanel } from "../ui/error-page";
import { Notice, ProblemNotice } from "../ui/notice";

export const meta = () => pageTitle("Grouping");

/** A preview, or a job that decides everything anew, by the address. */
export async function loader({ request, context, params }: LoaderFunctionArgs) {
  const { clusters, whatIfs } = connect({ request, context });
  const search = new URL(request.url).searchParams;
  const place = (id: string) => ({ param: { projectId: params.projectId!, id } });
  const [shown, job] = [search.get("preview"), search.get("job")];
  const previews = whatIfs.projects[":projectId"]["what-ifs"];
  const jobs = clusters.projects[":projectId"]["cluster-jobs"];
  return {
    status: await unwrap(
      clusters.projects[":projectId"].clustering.status.$get({
        param: { projectId: params.projectId! },
      }),
    ),
    seen: shown ? await unwrapOrNull(previews[":id"].$get(place(shown))) : null,
    job: job ? await unwrap(jobs[":id"].$get(place(job))) : null,
    applied: search.get("applied"),
  };
}

const INTENTS = ["preview", "apply", "recluster", "reembed", "cancel", "undo"] as const;

export async function action({ request, context, params }: ActionFunctionArgs) {
  const form = await request.formData();
  const api = connect({ request, context });
  const param = { projectId: params.projectId! };
  const page = `/p/${param.projectId}/grouping`;
  const intent = oneOf(form, "intent", INTENTS);
  switch (intent) {
    case "preview": {
      const begun = await preview(api, param, form);
      if (!begun.ok) return answer({ problem: begun.problem });
      return redirect(`${page}?preview=${begun.value.id}`);
    }
    case "apply": {
      const applied = await apply(api, param, form);
      if (!applied.ok) return answer({ problem: applied.problem });
      return redirect(`${page}?applied=${applied.value.id}`);
    }
    case "recluster":
    case "reembed": {
      const begun = await startJob(api, param, intent);
      if (!begun.ok) return answer({ problem: begun.problem });
      return redirect(`${page}?job=${begun.value.id}`);
    }
    case "cancel": {
      const cancelled = await cancelJob(api, { ...param, id: text(form, "id") });
      return cancelled.ok ? redirect(page) : answer({ problem: cancelled.problem });
    }
    case "undo": {
      const undone = await undo(api, param, form);
      return undone.ok ? redirect(page) : answer({ problem: undone.problem });
    }
    case undefined:
      throw new Response(null, { status: 400 });
  }
}

export default function Grouping() {
  const { status, seen, job, applied } = useLoaderData<typeof loader>();
  const acted = useActionData<typeof action>();
  const { project } = useProject();
  const mayGroup = useCan("cluster:write");
  const mayApply = useCan("project:admin");
  const busy = useNavigation().formMethod === "POST";
  const { grouping } = project.settings;
  const base = `/p/${project.id}`;
  return (
    <>
      <div className="page-head">
        <h1>Grouping</h1>
      </div>
      {acted?.problem ? <ProblemNotice problem={acted.problem} /> : null}
      {applied ? <Done id={applied} what="Done, and the line is set." /> : null}
      <Card title="Try another line">
        <p className="section-note">
          Shows what another line or strategy would change, from what is stored: nothing is embedded
          anew, no model is asked, and nothing changes before you say so.
        </p>
        {mayGroup ? (
          <WhatIfForm
            key={seen?.id}
            threshold={seen?.threshold ?? grouping.threshold ?? 0.72}
            method={seen?.method ?? grouping.method ?? "agglomerative"}
            busy={busy}
            problem={acted?.problem}
          />
        ) : null}
        {seen ? (
          <WhatIfResult preview={seen} base={base} mayCancel={mayGroup} mayApply={mayApply} />
        ) : null}
      </Card>
      {mayGroup ? (
        <Card title="Group everything anew">
          <p className="section-note">
            Decides every report again by the present settings. What people touched stays; what the
            brain would change of it is proposed. One operation, which you can undo.
          </p>
          {job?.kind === "recluster" ? <Job job={job} /> : null}
          <Form method="post" preventScrollReset>
            <Button name="intent" value="recluster" busy={busy}>
              Group everything anew
            </Button>
          </Form>
        </Card>
      ) : null}
      {mayGroup && (status.read_by_others > 0 || job?.kind === "reembed") ? (
        <Card title="Embed anew">
          {status.read_by_others > 0 ? (
            <p className="section-note">
              {counted(status.read_by_others, "report")} were read by another embedder than{" "}
              {status.embedder}, and are compared with nothing. Their clusters stay as they are
              until they are embedded anew.
            </p>
          ) : null}
          {job?.kind === "reembed" ? <Job job={job} /> : null}
          {status.read_by_others > 0 ? (
            <Form method="post" preventScrollReset>
              <Button name="intent" value="reembed" busy={busy}>
                Embed them anew
              </Button>
            </Form>
          ) : null}
        </Card>
      ) : null}
    </>
  );
}

type JobView = NonNullable<ReturnType<typeof useLoaderData<typeof loader>>["job"]>;

function Job({ job }: { job: JobView }) {
  if (job.status === "cancelled") {
    return <Notice tone="plain">It was cancelled: nothing of it was done.</Notice>;
  }
  if (job.status === "failed") return <Notice tone="bad">{job.error ?? "It failed."}</Notice>;
  if (job.status === "succeeded") {
    const { operation_id: id } = job;
    if (id) return <Done id={id} what="Done." />;
    const what = job.kind === "recluster" ? "Done: nothing had to change." : "Done.";
    return <Notice tone="good">{what}</Notice>;
  }
  // Only who may cancel it sees this card.
  return <JobProgress id={job.id} progress={job.progress} mayCancel />;
}

function Done({ id, what }: { id: string; what: string }) {
  return (
    <Notice tone="good">
      <Form method="post">
        {what} <input type="hidden" name="id" value={id} />
        <Button look="quiet" icon="back" name="intent" value="undo">
          Undo
        </Button>
      </Form>
    </Notice>
  );
}

export function ErrorBoundary() {
  return <ErrorPanel />;
}
