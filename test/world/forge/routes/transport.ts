import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { Readable } from "node:stream";
import { Hono } from "hono";
import type { Forge, Login } from "../forge";
import { listRefs } from "../git/refs";
import { gitEnvironment, ZERO_SHA } from "../git/run";
import { readToken, type ForgeContext, type ForgeEnv } from "../http";
import type { RepoState } from "../state";
import { refChanged } from "../verbs/refs";

const SERVICES = ["git-upload-pack", "git-receive-pack"];

/**
 * `git clone`, `fetch` and `push` over smart HTTP, by `git http-backend` as CGI (git-http-backend(1)). Reading is open;
 * pushing asks for a token with write access as the Basic password. A push is followed up like any other moved ref.
 */
export function transportRoutes(forge: Forge): Hono<ForgeEnv> {
  return new Hono<ForgeEnv>()
    .get("/:owner/:repo{.+\\.git}/info/refs", (c) => {
      const service = c.req.query("service") ?? "";
      return serve(c, forge, "info/refs", service);
    })
    .post("/:owner/:repo{.+\\.git}/:service{git-(upload|receive)-pack}", (c) =>
      serve(c, forge, c.req.param("service"), c.req.param("service")),
    );
}

async function serve(
  c: ForgeContext,
  forge: Forge,
  path: string,
  service: string,
): Promise<Response> {
  const name = (c.req.param("repo") ?? "").replace(/\.git$/, "");
  const repo = forge.findRepo(c.req.param("owner") ?? "", name);
  if (!repo || !SERVICES.includes(service)) return c.text("Repository not found.\n", 404);
  const token = readToken(c.req.header("authorization"));
  const login = forge.logins.find((one) => one.token !== null && one.token === token);
  if (token !== null && !login) return challenge("Invalid username or token.");
  if (service !== "git-receive-pack") return streamed(run(c, forge, repo, path, login));
  if (!login) return challenge("Authentication is needed to push.");
  if (login.permission === "read") {
    return c.text(`Permission to ${repo.owner}/${repo.name}.git denied to ${login.login}.\n`, 403);
  }
  if (path === "info/refs") return streamed(run(c, forge, repo, path, login));
  return forge.inRepo(repo, () => receive(c, forge, repo, login));
}

function challenge(message: string): Response {
  return new Response(`${message}\n`, {
    status: 401,
    headers: { "www-authenticate": 'Basic realm="GitHub"' },
  });
}

function run(
  c: ForgeContext,
  forge: Forge,
  repo: RepoState,
  path: string,
  login: Login | undefined,
): ChildProcessWithoutNullStreams {
  const env: Record<string, string> = {
    GIT_PROJECT_ROOT: forge.gitRoot,
    GIT_HTTP_EXPORT_ALL: "1",
    PATH_INFO: `/${repo.owner}/${repo.name}.git/${path}`,
    QUERY_STRING: new URL(c.req.url).search.slice(1),
    REQUEST_METHOD: c.req.method,
    CONTENT_TYPE: c.req.header("content-type") ?? "",
    REMOTE_ADDR: "127.0.0.1",
  };
  if (login) env.REMOTE_USER = login.login;
  const forwarded = [
    ["content-length", "CONTENT_LENGTH"],
    ["content-encoding", "HTTP_CONTENT_ENCODING"],
    ["git-protocol", "GIT_PROTOCOL"],
  ] as const;
  for (const [header, variable] of forwarded) {
    const value = c.req.header(header);
    if (value !== undefined) env[variable] = value;
  }
  const child = spawn("git", ["http-backend"], { env: gitEnvironment(env) });
  child.stdin.on("error", () => {});
  child.stderr.resume();
  child.on("error", (error) => child.stdout.destroy(error));
  const body = c.req.raw.body;
  if (body) {
    const incoming = Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]);
    incoming.on("error", () => child.kill());
    incoming.pipe(child.stdin);
  } else child.stdin.end();
  return child;
}

/** Takes the CGI header off the front and hands the rest on as it comes. */
async function streamed(child: ChildProcessWithoutNullStreams): Promise<Response> {
  const chunks = child.stdout[Symbol.asyncIterator]();
  let start = Buffer.alloc(0);
  let end = -1;
  while (end < 0) {
    const { value, done } = await chunks.next();
    if (done) return new Response("git http-backend gave no answer\n", { status: 500 });
    start = Buffer.concat([start, value as Buffer]);
    end = start.indexOf("\r\n\r\n");
  }
  const { status, headers } = parseHead(start.toString("latin1", 0, end));
  const rest = Readable.from(
    (async function* body() {
      yield start.subarray(end + 4);
      yield* { [Symbol.asyncIterator]: () => chunks };
    })(),
  );
  rest.on("close", () => child.kill());
  return new Response(Readable.toWeb(rest) as ReadableStream<Uint8Array>, { status, headers });
}

function parseHead(text: string): { status: number; headers: Headers } {
  const headers = new Headers();
  let status = 200;
  for (const line of text.split("\r\n")) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (name === "status") status = Number.parseInt(value, 10);
    else if (colon > 0) headers.append(name, value);
  }
  return { status, headers };
}

/** A push holds the repository until it has ended and everything has followed it. */
async function receive(
  c: ForgeContext,
  forge: Forge,
  repo: RepoState,
  login: Login,
): Promise<Response> {
  const git = forge.git(repo);
  const before = new Map((await listRefs(git)).map((one) => [one.ref, one.sha]));
  const reply = await streamed(run(c, forge, repo, "git-receive-pack", login));
  const body = await reply.arrayBuffer();
  const after = new Map((await listRefs(git)).map((one) => [one.ref, one.sha]));
  for (const ref of new Set([...before.keys(), ...after.keys()])) {
    const change = {
      ref,
      before: before.get(ref) ?? ZERO_SHA,
      after: after.get(ref) ?? ZERO_SHA,
    };
    if (change.before !== change.after) await refChanged(forge, repo, change, login);
  }
  await forge.commit();
  return new Response(body, { status: reply.status, headers: reply.headers });
}
