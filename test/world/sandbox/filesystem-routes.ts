import { createGunzip } from "node:zlib";
import { posix } from "node:path";
import { Readable } from "node:stream";
import type { Context, Hono } from "hono";
import { z } from "zod";
import type { StandInEnv } from "../stand-in";
import { unary } from "./connect";
import { absolutePath, FileError, type FileErrorCode } from "./files";
import { LaunchError } from "./launch";
import type { Sandbox } from "./sandbox";

type Find = (c: Context<StandInEnv>) => Sandbox;

const path = z.string().min(1);
const MOST_DEPTH = 64;

/** envd's `filesystem.Filesystem`: Stat, ListDir, MakeDir, Move, Remove. No watching. */
function addRpc(app: Hono<StandInEnv>, find: Find): void {
  app.post("/filesystem.Filesystem/Stat", (c) =>
    unary(c, z.object({ path }), async (request) => ({
      entry: await find(c).files.stat(request.path),
    })),
  );
  app.post("/filesystem.Filesystem/ListDir", (c) =>
    unary(c, z.object({ path, depth: z.number().int().min(0).default(1) }), async (request) => ({
      entries: await find(c).files.list(
        request.path,
        Math.min(Math.max(request.depth, 1), MOST_DEPTH),
      ),
    })),
  );
  app.post("/filesystem.Filesystem/MakeDir", (c) =>
    unary(c, z.object({ path }), async (request) => ({
      entry: await find(c).files.makeFolder(request.path),
    })),
  );
  app.post("/filesystem.Filesystem/Move", (c) =>
    unary(c, z.object({ source: path, destination: path }), async (request) => ({
      entry: await find(c).files.move(request.source, request.destination),
    })),
  );
  app.post("/filesystem.Filesystem/Remove", (c) =>
    unary(c, z.object({ path }), async (request) => find(c).files.remove(request.path)),
  );
}

const STATUSES: Record<FileErrorCode, 400 | 403 | 404 | 409 | 500 | 507> = {
  missing: 404,
  refused: 403,
  exists: 409,
  "wrong-type": 400,
  full: 507,
  failed: 500,
};

function refuse(c: Context<StandInEnv>, error: unknown): Response {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof FileError) {
    const code = STATUSES[error.code];
    return c.json({ code, message }, code);
  }
  const code = error instanceof LaunchError && error.code === "gone" ? 502 : 500;
  return c.json({ code, message }, code);
}

async function download(c: Context<StandInEnv>, find: Find): Promise<Response> {
  try {
    const { size, content } = await find(c).files.read(c.req.query("path") ?? "");
    const headers = {
      "content-type": "application/octet-stream",
      "content-length": String(size),
    };
    if (size === 0) {
      content.destroy();
      return new Response("", { status: 200, headers });
    }
    return new Response(Readable.toWeb(content) as ReadableStream, { status: 200, headers });
  } catch (error) {
    return refuse(c, error);
  }
}

function written(at: string): { name: string; path: string; type: "file" } {
  const absolute = absolutePath(at);
  return { name: posix.basename(absolute), path: absolute, type: "file" };
}

async function uploadForm(
  c: Context<StandInEnv>,
  sandbox: Sandbox,
  mostBytes: number,
): Promise<Response> {
  if (Number(c.req.header("content-length") ?? Number.NaN) > mostBytes) {
    return c.json({ code: 413, message: "too large for a form; send it as a stream" }, 413);
  }
  const form = await c.req.raw.formData();
  const done: ReturnType<typeof written>[] = [];
  for (const value of form.getAll("file")) {
    if (typeof value === "string") throw new FileError("wrong-type", "a file part has no name");
    const at = c.req.query("path") ?? value.name;
    await sandbox.files.write(at, Readable.from([Buffer.from(await value.arrayBuffer())]));
    done.push(written(at));
  }
  return c.json(done);
}

async function uploadStream(c: Context<StandInEnv>, sandbox: Sandbox): Promise<Response> {
  const at = c.req.query("path");
  if (!at) return c.json({ code: 400, message: "path is missing" }, 400);
  // Straight from the socket: a large upload is never held, and a broken one is seen as broken.
  const body = c.env.incoming;
  const isPacked = c.req.header("content-encoding") === "gzip";
  const content = isPacked ? unpack(body) : body;
  await sandbox.files.write(at, content);
  return c.json([written(at)]);
}

function unpack(body: Readable): Readable {
  const gunzip = createGunzip();
  body.once("error", (error) => gunzip.destroy(error));
  body.once("close", () => body.readableEnded || gunzip.destroy(new Error("upload cut")));
  return body.pipe(gunzip);
}

async function upload(c: Context<StandInEnv>, find: Find, mostBytes: number): Promise<Response> {
  try {
    const isForm = c.req.header("content-type")?.startsWith("multipart/form-data");
    const sandbox = find(c);
    return await (isForm ? uploadForm(c, sandbox, mostBytes) : uploadStream(c, sandbox));
  } catch (error) {
    return refuse(c, error);
  }
}

/** The file routes of envd. `mostFormBytes` bounds what an upload by form may hold in memory. */
export function addFilesystemRoutes(
  app: Hono<StandInEnv>,
  find: Find,
  mostFormBytes: number,
): void {
  addRpc(app, find);
  app.get("/files", (c) => download(c, find));
  app.post("/files", (c) => upload(c, find, mostFormBytes));
}
