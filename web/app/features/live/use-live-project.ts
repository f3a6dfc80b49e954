import { useRevalidator } from "@remix-run/react";
import { useEffect, useRef, useState } from "react";
import { keepSocket, type SocketState } from "./socket";

const POLL_MS = 10_000;
/** Messages within this time share one reload, so that a storm of them is a reload now and then. */
const GATHER_MS = 400;

/**
 * Keeps the page's data fresh: reloads it soon after each message of the project's socket and, while there is no socket,
 * every 10 seconds. A hidden tab waits until it is looked at.
 */
export function useLiveProject(projectId: string): SocketState {
  const revalidator = useRevalidator();
  const latest = useRef(revalidator);
  /** Somebody asked while a reload was under way: one that is broken off is an error in the console. */
  const again = useRef(false);
  useEffect(() => {
    latest.current = revalidator;
    if (revalidator.state !== "idle" || !again.current) return;
    again.current = false;
    revalidator.revalidate();
  });
  const [state, setState] = useState<SocketState>("connecting");

  useEffect(() => {
    let stale = false;
    let gathering: ReturnType<typeof setTimeout> | undefined;
    let open = false;
    const refresh = () => {
      stale = document.hidden;
      if (stale) return;
      if (latest.current.state === "idle") latest.current.revalidate();
      else again.current = true;
    };
    const socket = keepSocket({
      path: () => `/live/projects/${encodeURIComponent(projectId)}/live`,
      onMessage: () => {
        gathering ??= setTimeout(() => {
          gathering = undefined;
          refresh();
        }, GATHER_MS);
      },
      onState: (next) => {
        // What happened since the page was loaded, or while the socket was away, was missed.
        if (next === "open") refresh();
        open = next === "open";
        setState(next);
      },
    });
    const poll = setInterval(() => {
      if (!open) refresh();
    }, POLL_MS);
    const onVisible = () => {
      if (!document.hidden && stale) refresh();
    };
    document.addEventListener("visibilitychange", onVisible);
    return () => {
      socket.end();
      clearTimeout(gathering);
      clearInterval(poll);
      document.removeEventListener("visibilitychange", onVisible);
    };
  }, [projectId]);

  return state;
}
