import { useEffect, useRef, useState } from "react";
import type { RunEventView, RunLogPage } from "../../api.server";
import { keepSocket, type SocketState } from "../live/socket";
import { appendEvents, beginLog, takePage, type LogState } from "./log-store";
import { eventOf, isLogPage } from "./run-message";

const DRAW_MS = 80;
const POLL_MS = 3_000;

type Wishes = { projectId: string; runId: string; first: RunLogPage; onEnd: () => void };

/**
 * A run's log as it grows: over the run's socket from the first number that is not known yet, so that nothing is missed
 * and nothing comes twice; while the socket is away, by asking every three seconds. Give the component a key per run.
 */
export function useRunLog({ projectId, runId, first, onEnd }: Wishes) {
  const [log, setLog] = useState<LogState>(() => beginLog(first));
  const [socketState, setSocketState] = useState<SocketState>("connecting");
  const whenEnded = useRef(onEnd);
  useEffect(() => {
    whenEnded.current = onEnd;
  });
  const known = useRef(log);

  useEffect(() => {
    if (known.current.ended) return undefined;
    const run = `projects/${encodeURIComponent(projectId)}/jobs/${encodeURIComponent(runId)}`;
    let inbox: RunEventView[] = [];
    let freshlyOpen = false;
    let open = false;
    let asking = false;
    let over = false;

    const take = (next: LogState) => {
      if (next === known.current) return;
      known.current = next;
      setLog(next);
      if (next.ended && !over) {
        stop();
        whenEnded.current();
      }
    };
    const draw = () => {
      if (inbox.length === 0) return;
      // The first message after opening may begin later than asked: what lies before is gone on the other side as well.
      const { state, gap } = appendEvents(known.current, inbox, freshlyOpen ? "skip" : "stop");
      freshlyOpen = false;
      inbox = [];
      take(state);
      if (gap && !over) socket.restart();
    };
    const poll = async () => {
      if (open || asking || over || document.hidden) return;
      asking = true;
      try {
        const page = await askForLog(projectId, runId, known.current.next);
        if (page && !over) take(takePage(known.current, page));
      } finally {
        asking = false;
      }
    };
    const socket = keepSocket({
      path: () => `/live/${run}/live?from=${known.current.next}`,
      onMessage: (message) => {
        const event = eventOf(message);
        if (event) inbox.push(event);
      },
      onState: (next) => {
        draw();
        open = next === "open";
        freshlyOpen = open;
        setSocketState(next);
        if (next === "waiting") void poll();
      },
    });
    const drawing = setInterval(draw, DRAW_MS);
    const polling = setInterval(() => void poll(), POLL_MS);
    const stop = () => {
      over = true;
      socket.end();
      clearInterval(drawing);
      clearInterval(polling);
    };
    return stop;
  }, [projectId, runId]);

  return { log, socketState };
}

async function askForLog(
  projectId: string,
  runId: string,
  from: number,
): Promise<RunLogPage | null> {
  try {
    const reply = await fetch(`/p/${projectId}/runs/${runId}/logs?from=${from}`);
    const page: unknown = reply.ok ? await reply.json() : null;
    return isLogPage(page) ? page : null;
  } catch {
    return null;
  }
}
