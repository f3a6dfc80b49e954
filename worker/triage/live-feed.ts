/** What goes out to the dashboard's sockets: something changed, look again. Never report text. */
export type LiveEvent = {
  kind: "cluster_job" | "clusters" | "run";
  id: string;
  status: string | null;
};

/** The dashboards that look at a project, each by a WebSocket that may hibernate. One way: what a client says is not read. */
export class LiveFeed {
  constructor(private readonly ctx: DurableObjectState) {}

  /** Takes up a dashboard. 426 for anything but an upgrade. */
  join(request: Request): Response {
    if (request.headers.get("upgrade") !== "websocket") return new Response(null, { status: 426 });
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    return new Response(null, { status: 101, webSocket: client });
  }

  /** Tells every open dashboard, best effort. */
  send(event: LiveEvent): void {
    const text = JSON.stringify(event);
    for (const socket of this.ctx.getWebSockets()) {
      try {
        socket.send(text);
      } catch {
        socket.close(1011, "could not send");
      }
    }
  }

  /** The project is gone. */
  end(): void {
    for (const socket of this.ctx.getWebSockets()) socket.close(1000, "project deleted");
  }
}

/** What may be sent back for the code that a client closed with: 1005 and 1006 may be received but not sent (RFC 6455 §7.4.1). */
export function closingCode(code: number): number {
  return code === 1005 || code === 1006 ? 1000 : code;
}
