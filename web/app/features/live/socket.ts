import { backOffMs } from "./back-off";

export type SocketState = "connecting" | "open" | "waiting";

type Wishes = {
  /** The path with its query, asked anew for each attempt, so that it can name where to go on. */
  path: () => string;
  /** One message, decoded from JSON; what is not JSON is dropped. */
  onMessage: (message: unknown) => void;
  onState: (state: SocketState) => void;
};

/** A WebSocket to this origin that comes back by itself. Returns how to end it, and how to start over at once. */
export function keepSocket(wishes: Wishes): { end: () => void; restart: () => void } {
  let socket: WebSocket | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let ended = false;

  function open() {
    wishes.onState("connecting");
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const mine = new WebSocket(`${scheme}//${location.host}${wishes.path()}`);
    socket = mine;
    mine.addEventListener("open", () => {
      if (mine === socket) wishes.onState("open");
    });
    mine.addEventListener("message", ({ data }) => {
      if (mine !== socket) return;
      failures = 0;
      const message = decode(data);
      if (message !== undefined) wishes.onMessage(message);
    });
    mine.addEventListener("close", () => {
      if (mine !== socket || ended) return;
      socket = null;
      wishes.onState("waiting");
      timer = setTimeout(open, backOffMs(failures++, Math.random()));
    });
  }

  function drop() {
    clearTimeout(timer);
    const old = socket;
    socket = null;
    old?.close(1000);
  }

  open();
  return {
    end: () => {
      ended = true;
      drop();
    },
    restart: () => {
      if (ended) return;
      drop();
      timer = setTimeout(open, backOffMs(failures++, Math.random()));
    },
  };
}

function decode(data: unknown): unknown {
  if (typeof data !== "string") return undefined;
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}
