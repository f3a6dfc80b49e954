import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/cloudflare";
import { Link, useActionData, useLoaderData } from "@remix-run/react";
import { connect, unwrap } from "../api.server";
import { useCan, useProject } from "../features/projects/use-project";
import { AddSourceForm } from "../features/sources/add-source-form";
import { apiAddressOf, manualCurl } from "../features/sources/curl";
import { DeadLetters } from "../features/sources/dead-letters";
import { Instructions } from "../features/sources/instructions";
import { removeLetter, replayLetter, toLetter } from "../features/sources/letter-actions.server";
import { RedditForm, redditValues, type RedditValues } from "../features/sources/reddit-form";
import { ShownOnce } from "../features/sources/shown-once";
import { SourceEntry } from "../features/sources/source-entry";
import {
  addSource,
  filterSource,
  removeSource,
  rotateSource,
  saveReddit,
  syncSource,
  testSource,
} from "../features/sources/source-actions.server";
import { answer } from "../lib/answer.server";
import { oneOf, text } from "../lib/form.server";
import { pageTitle } from "../lib/page-title";
import type { PageProblem } from "../lib/problem";
import { exactTime } from "../lib/time";
import { ButtonLink } from "../ui/button";
import { Card } from "../ui/card";
import { CopyField } from "../ui/copy-field";
import { EmptyState } from "../ui/empty-state";
import { ErrorPanel } from "../ui/error-page";
import { Notice, ProblemNotice } from "../ui/notice";

export const meta = () => pageTitle("Sources");

/** Each may carry a whole delivery. */
const LETTERS_SHOWN = "20";

export async function loader({ request, context, params }: LoaderFunctionArgs) {
  const { deadLetters, polling, sources } = connect({ request, context });
  const param = { projectId: params.projectId! };
  const cursor = new URL(request.url).searchParams.get("cursor") ?? undefined;
  const [{ items }, reddit, letters] = await Promise.all([
    unwrap(sources.projects[":projectId"].sources.$get({ param })),
    unwrap(polling.projects[":projectId"].config.reddit.subreddits.$get({ param })),
    unwrap(
      deadLetters.projects[":projectId"]["dead-letters"].$get({
        param,
        query: { cursor, limit: LETTERS_SHOWN },
      }),
    ),
  ]);
  return {
    items,
    reddit,
    letters: letters.items.map(toLetter),
    nextLetters: letters.next_cursor,
  };
}

const INTENTS = [
  "add",
  "test",
  "filter",
  "rotate",
  "remove",
  "sync",
  "sync-all",
  "reddit",
  "letter-replay",
  "letter-remove",
] as const;

type Acted = {
  intent: (typeof INTENTS)[number];
  problem?: PageProblem;
  /** A new source's secret, to be shown this once. */
  made?: { name: string; secret: string; until?: string | null };
  /** The source that has a new DSN or mail address. */
  turned?: string;
  /** A dead letter was stored after all, as this report (null: it was none). */
  replayed?: { feedbackId: string | null };
  /** The report that a test event made. */
  tested?: { source: string; feedbackId: string };
  /** The repository whose sync was put on the queue. */
  synced?: { source: string; repository: string };
  /** Reddit's settings (`true`) or the filters of this source were saved; or refused, and this is what was typed. */
  saved?: boolean | string;
  typed?: RedditValues;
};

export async function action({ request, context, params }: ActionFunctionArgs) {
  const form = await request.formData();
  const api = connect({ request, context });
  const param = { projectId: params.projectId!, id: text(form, "source") };
  const place = { projectId: params.projectId!, letter: text(form, "letter") };
  const intent = oneOf(form, "intent", INTENTS);
  switch (intent) {
    case "add":
      return answer<Acted>({ intent, ...(await addSource(api, param, form)) });
    case "test":
      return answer<Acted>({ intent, ...(await testSource(api, param)) });
    case "filter":
      return answer<Acted>({ intent, ...(await filterSource(api, param, form)) });
    case "rotate":
      return answer<Acted>({ intent, ...(await rotateSource(api, param)) });
    case "remove":
      return answer<Acted>({ intent, ...(await removeSource(api, param)) });
    case "sync":
    case "sync-all":
      return answer<Acted>({ intent, ...(await syncSource(api, param, form)) });
    case "reddit":
      return answer<Acted>({ intent, ...(await saveReddit(api, param, form)) });
    case "letter-replay":
      return answer<Acted>({ intent, ...(await replayLetter(api, place)) });
    case "letter-remove":
      return answer<Acted>({ intent, ...(await removeLetter(api, place)) });
    case undefined:
      throw new Response(null, { status: 400 });
  }
}

export default function Sources() {
  const { items, reddit, letters, nextLetters } = useLoaderData<typeof loader>();
  const acted = useActionData<typeof action>();
  const { project } = useProject();
  const mayAdmin = useCan("project:admin");
  const mayTest = useCan("feedback:write");
  const base = `/p/${project.id}`;
  const problem = acted?.problem;
  const api = apiAddressOf(items);
  const beside = acted?.intent === "add" || acted?.intent === "reddit";
  return (
    <>
      <div className="page-head">
        <h1>Sources</h1>
      </div>
      {acted?.made ? (
        <ShownOnce
          what={
            acted.made.until
              ? `“${acted.made.name}” has a new secret.`
              : `“${acted.made.name}” is ready. This is its secret.`
          }
          label="Webhook secret"
          secret={acted.made.secret}
        >
          {acted.made.until ? (
            <p>
              The one before counts until {exactTime(acted.made.until)}. Change it at the sender by
              then.
            </p>
          ) : null}
        </ShownOnce>
      ) : null}
      {acted?.replayed ? (
        <Notice tone="good">
          The delivery is stored.{" "}
          {acted.replayed.feedbackId ? (
            <Link to={`${base}/reports/${acted.replayed.feedbackId}`}>See the report</Link>
          ) : null}
        </Notice>
      ) : null}
      {problem && !beside ? <ProblemNotice problem={problem} /> : null}
      {letters.length > 0 ? (
        <DeadLetters letters={letters} next={nextLetters} sources={items} mayAct={mayTest} />
      ) : null}
      {items.length === 0 ? (
        <EmptyState icon="plug" title="No source is connected">
          <p>
            Sentry, its SDKs, GitHub and mail deliver here; subreddits are polled. Add one below.
          </p>
        </EmptyState>
      ) : (
        <ul className="sources" aria-label="Sources">
          {items.map((source) => (
            <SourceEntry
              key={source.id}
              source={source}
              base={base}
              testedId={acted?.tested?.source === source.id ? acted.tested.feedbackId : undefined}
              syncedRepository={
                acted?.synced?.source === source.id ? acted.synced.repository : undefined
              }
              saved={acted?.saved === source.id}
              turned={acted?.turned === source.id}
              mayTest={mayTest}
              mayRemove={mayAdmin}
            />
          ))}
        </ul>
      )}
      {mayAdmin ? (
        <Card title="Add a source">
          <AddSourceForm
            key={items.length}
            problem={acted?.intent === "add" ? problem : undefined}
          />
          <Instructions />
        </Card>
      ) : null}
      {mayAdmin ? (
        <Card title="Reddit">
          {acted?.saved === true ? (
            <Notice tone="good">Saved. The next poll goes by it, within a minute.</Notice>
          ) : null}
          <RedditForm
            key={JSON.stringify(reddit)}
            values={acted?.typed ?? redditValues(reddit)}
            isFallback={reddit.is_fallback}
            problem={acted?.intent === "reddit" ? problem : undefined}
          />
        </Card>
      ) : null}
      <Card title="By hand and from scripts">
        <p className="section-note">
          People’s reports come in through the form, or through the API with a token from the{" "}
          <Link to={`${base}/settings`}>settings</Link>.
        </p>
        {api ? (
          <CopyField label="One report" value={manualCurl(api, project.id)} multiline />
        ) : null}
        {mayTest ? (
          <span className="page-actions">
            <ButtonLink icon="plus" to={`${base}/reports/new`}>
              Add a report
            </ButtonLink>
            <ButtonLink look="quiet" to={`${base}/reports/import`}>
              Import a file
            </ButtonLink>
          </span>
        ) : null}
      </Card>
    </>
  );
}

export function ErrorBoundary() {
  return <ErrorPanel />;
}
