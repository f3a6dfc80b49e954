import type { Context } from "hono";
import type { z } from "zod";
import type { StandInEnv } from "../stand-in";
import { FileError } from "./files";
import { LaunchError } from "./launch";

/** Connect RPC in JSON, as envd speaks it (https://connectrpc.com/docs/protocol). */
export type ConnectCode =
  | "invalid_argument"
  | "unauthenticated"
  | "permission_denied"
  | "not_found"
  | "already_exists"
  | "resource_exhausted"
  | "failed_precondition"
  | "deadline_exceeded"
  | "unimplemented"
  | "unavailable"
  | "internal";

const STATUSES = {
  invalid_argument: 400,
  unauthenticated: 401,
  permission_denied: 403,
  not_found: 404,
  already_exists: 409,
  resource_exhausted: 429,
  failed_precondition: 400,
  deadline_exceeded: 504,
  unimplemented: 501,
  unavailable: 503,
  internal: 500,
} as const;

export class ConnectError extends Error {
  constructor(
    readonly code: ConnectCode,
    message: string,
  ) {
    super(message);
  }
}

const FILE_CODES = {
  missing: "not_found",
  refused: "permission_denied",
  exists: "already_exists",
  "wrong-type": "invalid_argument",
  full: "resource_exhausted",
  failed: "internal",
} as const;
const LAUNCH_CODES = {
  cwd: "invalid_argument",
  gone: "unavailable",
  failed: "resource_exhausted",
} as const;

/** Gives any error the Connect code that envd would use for it. */
export function asConnectError(error: unknown): ConnectError {
  if (error instanceof ConnectError) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof FileError) return new ConnectError(FILE_CODES[error.code], message);
  if (error instanceof LaunchError) return new ConnectError(LAUNCH_CODES[error.code], message);
  return new ConnectError("internal", message);
}

/** Answers a unary call: the JSON of `answer`, or the error with its status. */
export async function unary<T>(
  c: Context<StandInEnv>,
  schema: z.ZodType<T>,
  answer: (request: T) => Promise<unknown>,
): Promise<Response> {
  try {
    const request = parse(schema, await c.req.text());
    return c.json((await answer(request)) ?? {});
  } catch (error) {
    const { code, message } = asConnectError(error);
    return c.json({ code, message }, STATUSES[code]);
  }
}

/** Parses JSON against a schema. Throws `invalid_argument`. */
export function parse<T>(schema: z.ZodType<T>, text: string): T {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new ConnectError("invalid_argument", "the message is not JSON");
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw new ConnectError("invalid_argument", parsed.error.message);
  return parsed.data;
}

const FRAME_HEADER = 5;
const LAST = 2;
const MOST_REQUEST = 4 * 1024 * 1024;

/** Takes the JSON text out of the one frame that a server-streaming request has. */
export async function readFrame(c: Context<StandInEnv>): Promise<string> {
  const bytes = Buffer.from(await c.req.arrayBuffer());
  if (bytes.length < FRAME_HEADER || bytes.length > MOST_REQUEST || bytes[0] !== 0) {
    throw new ConnectError("invalid_argument", "not one plain frame");
  }
  const length = bytes.readUInt32BE(1);
  if (bytes.length !== FRAME_HEADER + length) {
    throw new ConnectError("invalid_argument", "the frame is cut");
  }
  return bytes.subarray(FRAME_HEADER).toString("utf8");
}

function frame(flag: number, message: unknown): Uint8Array {
  const text = Buffer.from(JSON.stringify(message));
  const bytes = Buffer.alloc(FRAME_HEADER + text.length);
  bytes[0] = flag;
  bytes.writeUInt32BE(text.length, 1);
  text.copy(bytes, FRAME_HEADER);
  return bytes;
}

/** The writing half of a streaming answer. */
export type StreamSink = {
  /** False when the client is behind by more than the stream holds; `onRoom` is called when it caught up. */
  send(message: unknown): boolean;
  end(error?: ConnectError): void;
};

const HELD_BYTES = 256 * 1024;
const STREAM_HEADERS = { "content-type": "application/connect+json", "cache-control": "no-store" };

/** A streaming answer. `open` gets the sink and returns what to do when there is room again and when the client leaves. */
export function streaming(
  open: (sink: StreamSink) => { onRoom(): void; onLeave(): void },
): Response {
  let hooks: { onRoom(): void; onLeave(): void } | undefined;
  let isOpen = true;
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        hooks = open({
          send(message) {
            if (!isOpen) return true;
            controller.enqueue(frame(0, message));
            return (controller.desiredSize ?? 0) > 0;
          },
          end(error) {
            if (!isOpen) return;
            isOpen = false;
            const trailer = error ? { error: { code: error.code, message: error.message } } : {};
            controller.enqueue(frame(LAST, trailer));
            controller.close();
          },
        });
      },
      pull: () => hooks?.onRoom(),
      cancel() {
        isOpen = false;
        hooks?.onLeave();
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: HELD_BYTES }),
  );
  return new Response(body, { status: 200, headers: STREAM_HEADERS });
}

/** A streaming answer that is nothing but an error; Connect sends those with status 200. */
export function streamingError(error: unknown): Response {
  const { code, message } = asConnectError(error);
  return new Response(frame(LAST, { error: { code, message } }) as BodyInit, {
    status: 200,
    headers: STREAM_HEADERS,
  });
}
