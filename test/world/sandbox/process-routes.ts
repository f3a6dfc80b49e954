import type { Context, Hono } from "hono";
import { z } from "zod";
import type { StandInEnv } from "../stand-in";
import type { Command, Subscription } from "./command";
import { ConnectError, parse, readFrame, streaming, streamingError, unary } from "./connect";
import type { Sandbox } from "./sandbox";

const variables = z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string());
const selector = z.object({
  process: z.union([z.object({ pid: z.number().int() }), z.object({ tag: z.string() })]),
});
const startRequest = z.object({
  process: z.object({
    cmd: z.string().min(1),
    args: z.array(z.string()).default([]),
    envs: variables.default({}),
    cwd: z.string().optional(),
  }),
  tag: z.string().optional(),
  stdin: z.boolean().default(false),
  pty: z.unknown().optional(),
});
const inputRequest = selector.extend({ input: z.object({ stdin: z.string() }) });
const signalRequest = selector.extend({
  signal: z.enum(["SIGNAL_SIGKILL", "SIGNAL_SIGTERM"]),
});

type Selector = z.infer<typeof selector>;
type Find = (c: Context<StandInEnv>) => Sandbox;

function commandOf(sandbox: Sandbox, { process }: Selector): Command {
  const found =
    "pid" in process
      ? sandbox.commands.get(process.pid)
      : [...sandbox.commands.values()].find((one) => one.tag === process.tag);
  if (!found) throw new ConnectError("not_found", "process not found");
  return found;
}

/** Milliseconds from a header; undefined for none and for 0, which mean no limit. */
function positive(text: string | undefined): number | undefined {
  const value = Number(text);
  return Number.isFinite(value) && value > 0 ? value : undefined;
}

/**
 * Streams a command's events to one client. When the client leaves, the command goes on. When the time in the header is over,
 * the stream ends with `deadline_exceeded`, and `onDeadline` decides what that means for the command.
 */
function follow(c: Context<StandInEnv>, command: Command, onDeadline: () => void): Response {
  const deadlineMs = positive(c.req.header("connect-timeout-ms"));
  const pingSeconds = positive(c.req.header("keepalive-ping-interval"));
  return streaming((sink) => {
    const subscription: Subscription = command.watch({
      deliver: (event) => sink.send({ event }),
    });
    const ping = pingSeconds
      ? setInterval(() => sink.send({ event: { keepalive: {} } }), pingSeconds * 1000)
      : undefined;
    const deadline = deadlineMs
      ? setTimeout(() => {
          sink.end(new ConnectError("deadline_exceeded", "the command took too long"));
          leave();
          onDeadline();
        }, deadlineMs)
      : undefined;

    function leave(): void {
      clearInterval(ping);
      subscription.leave();
    }

    void command.ended.then(() => {
      clearTimeout(deadline);
      clearInterval(ping);
      sink.end();
    });
    return { onRoom: () => subscription.resume(), onLeave: leave };
  });
}

async function start(c: Context<StandInEnv>, find: Find): Promise<Response> {
  try {
    const sandbox = find(c);
    const request = parse(startRequest, await readFrame(c));
    if (request.pty !== undefined) throw new ConnectError("unimplemented", "no terminals here");
    const { process: config, tag, stdin } = request;
    const command = await sandbox.start({ config, tag, stdin });
    return follow(c, command, () => command.kill("SIGKILL", "the command took too long"));
  } catch (error) {
    return streamingError(error);
  }
}

async function connect(c: Context<StandInEnv>, find: Find): Promise<Response> {
  try {
    return follow(c, commandOf(find(c), parse(selector, await readFrame(c))), () => {});
  } catch (error) {
    return streamingError(error);
  }
}

/** envd's `process.Process`: Start, Connect, List, SendInput, SendSignal, CloseStdin. No terminals (`Update`, `pty`). */
export function addProcessRoutes(app: Hono<StandInEnv>, find: Find): void {
  app.post("/process.Process/Start", (c) => start(c, find));
  app.post("/process.Process/Connect", (c) => connect(c, find));
  app.post("/process.Process/List", (c) =>
    unary(c, z.object({}), async () => ({
      processes: [...find(c).commands.values()].map(({ config, pid, tag }) => ({
        config,
        pid,
        tag,
      })),
    })),
  );
  app.post("/process.Process/SendInput", (c) =>
    unary(c, inputRequest, async (request) => {
      const command = commandOf(find(c), request);
      if (await command.write(Buffer.from(request.input.stdin, "base64"))) return {};
      throw new ConnectError("failed_precondition", "the process takes no input");
    }),
  );
  app.post("/process.Process/CloseStdin", (c) =>
    unary(c, selector, async (request) => commandOf(find(c), request).closeInput()),
  );
  app.post("/process.Process/SendSignal", (c) =>
    unary(c, signalRequest, async (request) => {
      const isKill = request.signal === "SIGNAL_SIGKILL";
      commandOf(find(c), request).kill(isKill ? "SIGKILL" : "SIGTERM");
    }),
  );
}
