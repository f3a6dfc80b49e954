import { Form, Link, useLocation } from "@remix-run/react";
import type { MeView, ProjectForCaller, StatsView } from "../../api.server";
import { formatCount } from "../../lib/count";
import { Button } from "../../ui/button";
import { Icon, type IconName } from "../../ui/icon";
import { Wordmark } from "../../ui/wordmark";
import { Words } from "../../ui/words";
import { ThemeForm } from "../theme/theme-form";
import { LiveMark } from "../live/live-mark";
import type { SocketState } from "../live/socket";

type Props = { me: MeView; project: ProjectForCaller; stats: StatsView; live: SocketState };

export function Sidebar({ me, project, stats, live }: Props) {
  const base = `/p/${project.id}`;
  const open = sum([stats.clusters_by_status.new, stats.clusters_by_status.regressed]);
  const running = sum([stats.runs_by_status.pending, stats.runs_by_status.running]);
  return (
    <header className="sidebar">
      <Wordmark to={base} />
      <ProjectSwitch me={me} project={project} />
      <nav aria-label="Project" className="side-nav">
        <Item
          to={base}
          inside={`${base}/clusters/`}
          icon="inbox"
          label="Clusters"
          count={open}
          what="open"
        />
        <Item to={`${base}/reports`} icon="report" label="Reports" />
        <Item to={`${base}/runs`} icon="run" label="Runs" count={running} what="under way" />
        <Item to={`${base}/sources`} icon="plug" label="Sources" />
        <Item to={`${base}/settings`} icon="settings" label="Settings" />
      </nav>
      <div className="side-foot">
        <div className="side-row">
          <LiveMark state={live} />
          <ThemeForm />
        </div>
        <Form method="post" action="/sign-out" className="side-row">
          <span className="who" title={me.name}>
            {me.name}
          </span>
          <Button look="quiet" icon="out">
            Sign out
          </Button>
        </Form>
      </div>
    </header>
  );
}

function ProjectSwitch({ me, project }: Pick<Props, "me" | "project">) {
  return (
    <details className="project-switch" key={project.id}>
      <summary>
        <Words>{project.name}</Words>
      </summary>
      <ul>
        {me.projects.map((one) => (
          <li key={one.id}>
            <Link to={`/p/${one.id}`} aria-current={one.id === project.id ? "true" : undefined}>
              <Words>{one.name}</Words>
            </Link>
          </li>
        ))}
        <li>
          <Link to="/projects/new">
            <Icon name="plus" /> New project
          </Link>
        </li>
      </ul>
    </details>
  );
}

type ItemProps = {
  to: string;
  /** Where else this item stands for the page: below this path, or else below `to`. */
  inside?: string;
  icon: IconName;
  label: string;
  count?: number;
  what?: string;
};

function Item({ to, inside = `${to}/`, icon, label, count, what }: ItemProps) {
  const { pathname } = useLocation();
  const here = pathname === to || pathname.startsWith(inside);
  return (
    <Link to={to} prefetch="intent" aria-current={here ? "page" : undefined}>
      <Icon name={icon} />
      <span>{label}</span>
      {count ? (
        <span className="nav-count">
          {formatCount(count)}
          <span className="visually-hidden"> {what}</span>
        </span>
      ) : null}
    </Link>
  );
}

function sum(counts: (number | undefined)[]): number {
  return counts.reduce<number>((total, count) => total + (count ?? 0), 0);
}
