import type { AddressInfo } from "node:net";
import { createServer, type Server } from "node:http";

export type GeminiRequest = {
  path: string;
  key: string | undefined;
  body: Record<string, unknown>;
};
export type GeminiReply = { status?: number; json: unknown };

/** A local server that speaks as `generativelanguage.googleapis.com`: `answer` decides what each request gets. */
export async function startGemini(
  answer: (request: GeminiRequest) => GeminiReply | "cut",
): Promise<{
  url: string;
  requests: GeminiRequest[];
  stop(): Promise<void>;
}> {
  const requests: GeminiRequest[] = [];
  const server: Server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const key = incoming.headers["x-goog-api-key"];
      const request = {
        path: incoming.url ?? "",
        key: Array.isArray(key) ? key[0] : key,
        body: JSON.parse(Buffer.concat(chunks).toString("utf8")) as Record<string, unknown>,
      };
      requests.push(request);
      const reply = answer(request);
      if (reply === "cut") {
        incoming.socket.destroy();
        return;
      }
      outgoing.writeHead(reply.status ?? 200, { "content-type": "application/json" });
      outgoing.end(JSON.stringify(reply.json));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The body of a failed call, as Google writes it. */
export function googleError(code: number, status: string, details: unknown[] = []): GeminiReply {
  return { status: code, json: { error: { code, status, message: `failed: ${status}`, details } } };
}
