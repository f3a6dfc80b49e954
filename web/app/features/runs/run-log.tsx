import { Link, useRevalidator, useSearchParams } from "@remix-run/react";
import { useEffect, useMemo, useRef, useState } from "react";
import type { RunEventView, RunLogPage, RunView } from "../../api.server";
import { clockTime } from "../../lib/time";
import { linesOf, type Depth } from "./log-store";
import { useRunLog } from "./use-run-log";

const DEPTHS: { depth: Depth; name: string; label: string }[] = [
  { depth: 1, name: "stages", label: "Stages" },
  { depth: 2, name: "agent", label: "Agent" },
  { depth: 3, name: "raw", label: "Raw" },
];

/** The depth that an address asks for; the agent's turns when it asks for none. */
export function depthOf(search: URLSearchParams): Depth {
  return DEPTHS.find(({ name }) => name === search.get("log"))?.depth ?? 2;
}

type Props = { run: RunView; first: RunLogPage };

/** A run's log, growing while one looks on. Give it a key per run. */
export function RunLog({ run, first }: Props) {
  const { revalidate } = useRevalidator();
  const [search] = useSearchParams();
  const depth = depthOf(search);
  const { log, socketState } = useRunLog({
    projectId: run.project_id,
    runId: run.id,
    first,
    onEnd: revalidate,
  });
  const lines = useMemo(() => linesOf(log, depth), [log, depth]);
  const { box, follow, setFollow, onScroll } = useFollow();
  const stage = log.kept[1].at(-1);
  const waiting = !log.ended && socketState === "waiting";
  return (
    <div className="log-frame">
      <div className="log-bar">
        <DepthSwitch depth={depth} />
        <span className="log-state">
          {log.ended ? "Ended" : waiting ? "Asking every 3 s" : "Live"}
        </span>
        <label className="follow">
          <input
            type="checkbox"
            checked={follow}
            onChange={(event) => setFollow(event.currentTarget.checked)}
          />
          Follow
        </label>
      </div>
      <section
        className="log"
        ref={box}
        onScroll={onScroll}
        aria-label="Log of this run"
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be in reach of the keyboard
        tabIndex={0}
      >
        {log.cut > 0 ? <p className="log-cut">Older lines are not shown here.</p> : null}
        {lines.length === 0 ? <p className="log-cut">{emptyWords(log.ended)}</p> : null}
        <ol>
          {lines.map((event) => (
            <LogLine key={event.seq} event={event} />
          ))}
        </ol>
      </section>
      <output className="visually-hidden">{stage ? `${stage.stage}: ${stage.text}` : ""}</output>
    </div>
  );
}

function LogLine({ event }: { event: RunEventView }) {
  return (
    <li className={`log-line kind-${event.kind} level-${event.level}`}>
      <time dateTime={event.at}>{clockTime(event.at)}</time>
      <span className="log-stage">{event.stage}</span>
      <span className="log-text" dir="auto">
        {event.text}
      </span>
    </li>
  );
}

function DepthSwitch({ depth }: { depth: Depth }) {
  const [search] = useSearchParams();
  return (
    <nav className="chips" aria-label="Depth of the log">
      {DEPTHS.map((one) => {
        const next = new URLSearchParams(search);
        next.set("log", one.name);
        return (
          <Link
            key={one.name}
            className="chip"
            to={`?${next}`}
            replace
            preventScrollReset
            aria-current={one.depth === depth ? "true" : undefined}
          >
            {one.label}
          </Link>
        );
      })}
    </nav>
  );
}

/** Keeps the newest line in sight until the reader scrolls up, and again once they are back at the end. */
function useFollow() {
  const box = useRef<HTMLElement>(null);
  const [follow, setFollow] = useState(true);
  useEffect(() => {
    const element = box.current;
    if (element && follow) element.scrollTop = element.scrollHeight;
  });
  const top = useRef(0);
  const onScroll = () => {
    const element = box.current;
    if (!element) return;
    const { scrollTop, scrollHeight, clientHeight } = element;
    // Lines that come in between move the end away: only a step upwards is the reader's own.
    if (scrollHeight - scrollTop - clientHeight < 24) setFollow(true);
    else if (scrollTop < top.current) setFollow(false);
    top.current = scrollTop;
  };
  return { box, follow, setFollow, onScroll };
}

function emptyWords(ended: boolean): string {
  return ended ? "Nothing was written at this depth." : "Nothing has been written yet.";
}
