import type { LoaderFunctionArgs } from "@remix-run/cloudflare";
import { Outlet, useLoaderData, useNavigation } from "@remix-run/react";
import { connect, unwrap } from "../api.server";
import { Sidebar } from "../features/projects/sidebar";
import { useLiveProject } from "../features/live/use-live-project";
import { pageTitle } from "../lib/page-title";
import { ErrorPage } from "../ui/error-page";
import { KeysDialog } from "../ui/keys-dialog";
import { NowProvider } from "../ui/time";

export const meta = () => pageTitle();

/** What every page of a project shows around itself: who, where, how much, and what the person may do. */
export async function loader({ request, context, params }: LoaderFunctionArgs) {
  const { projects } = connect({ request, context });
  const param = { projectId: params.projectId! };
  const [me, project, stats] = await Promise.all([
    unwrap(projects.me.$get()),
    unwrap(projects.projects[":projectId"].$get({ param })),
    unwrap(projects.projects[":projectId"].stats.$get({ param })),
  ]);
  return { me, project, stats, now: Date.now() };
}

export default function ProjectLayout() {
  const { me, project, stats, now } = useLoaderData<typeof loader>();
  const live = useLiveProject(project.id);
  const busy = useNavigation().state !== "idle";
  return (
    <NowProvider now={now}>
      <div className="shell">
        <Sidebar me={me} project={project} stats={stats} live={live} />
        <main id="main" className="page" tabIndex={-1} aria-busy={busy || undefined}>
          <Outlet />
        </main>
      </div>
      <KeysDialog />
    </NowProvider>
  );
}

export function ErrorBoundary() {
  return <ErrorPage />;
}
