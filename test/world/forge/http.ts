import { createHash } from "node:crypto";
import type { Context, MiddlewareHandler } from "hono";
import type { z } from "zod";
import type { StandInEnv } from "../stand-in";
import { errorBody, ForgeError, notFound, unprocessable } from "./errors";
import type { Forge, Json, Login } from "./forge";
import { isPull } from "./verbs/issues";
import type { IssueRecord, PullIssue, RepoState } from "./state";

export type ForgeEnv = StandInEnv & { Variables: { login?: Login; repo: RepoState } };
export type ForgeContext = Context<ForgeEnv>;

/** The token of `Authorization: Bearer|token <token>` or of Basic, where it is the password (or the user name). */
export function readToken(header: string | undefined): string | null {
  const [scheme = "", value = ""] = (header ?? "").split(" ");
  if (/^(bearer|token)$/i.test(scheme)) return value;
  if (!/^basic$/i.test(scheme)) return null;
  const text = Buffer.from(value, "base64").toString("utf8");
  const colon = text.indexOf(":");
  return text.slice(colon + 1) || text.slice(0, Math.max(0, colon));
}

/** Finds who calls. No token is nobody (reads are public); a wrong one is a 401. */
export function authenticate(forge: Forge): MiddlewareHandler<ForgeEnv> {
  return async function findCaller(c, next) {
    const header = c.req.header("authorization");
    if (header !== undefined) {
      const token = readToken(header);
      const login = forge.logins.find((one) => one.token !== null && one.token === token);
      if (!login) throw new ForgeError(401, "Bad credentials");
      c.set("login", login);
    }
    await next();
  };
}

/** The caller; 401 when there is none. */
export function requireLogin(c: ForgeContext): Login {
  const login = c.get("login");
  if (!login) throw new ForgeError(401, "Requires authentication");
  return login;
}

/** The caller, who may write to the repository; else 401 or 403. */
export function requirePush(c: ForgeContext): Login {
  const login = requireLogin(c);
  if (login.permission === "read") {
    throw new ForgeError(403, "Resource not accessible by personal access token");
  }
  return login;
}

/** The caller, who may administer the repository; a 404 for others, as GitHub answers on hooks. */
export function requireAdmin(c: ForgeContext): Login {
  const login = requireLogin(c);
  if (login.permission !== "admin") throw notFound();
  return login;
}

/**
 * Finds the repository of the path, and lets writes to it pass one at a time, each with its body read before it waits in
 * line.
 */
export function openRepo(forge: Forge): MiddlewareHandler<ForgeEnv> {
  return async function findRepoAndWait(c, next) {
    const repo = forge.findRepo(c.req.param("owner") ?? "", c.req.param("repo") ?? "");
    if (!repo) throw notFound();
    c.set("repo", repo);
    if (c.req.method === "GET" || c.req.method === "HEAD") return next();
    await c.req.text();
    await forge.inRepo(repo, next);
  };
}

/** The JSON body, checked. 400 when it is no JSON, 422 when a field is missing or of another type. */
export async function readBody<T extends z.ZodType>(
  c: ForgeContext,
  schema: T,
): Promise<z.output<T>> {
  let body: unknown;
  try {
    const text = await c.req.text();
    body = text === "" ? {} : JSON.parse(text);
  } catch {
    throw new ForgeError(400, "Problems parsing JSON");
  }
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => {
    const field = issue.path.join(".") || "body";
    const absent = issue.code === "invalid_type" && valueAt(body, issue.path) === undefined;
    return absent ? `"${field}" wasn't supplied.` : `For '${field}', ${issue.message}.`;
  });
  throw unprocessable(`Invalid request.\n\n${problems.join("\n")}`);
}

function valueAt(body: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null
        ? (value as Record<PropertyKey, unknown>)[key]
        : undefined,
    body,
  );
}

/** The page that `page` and `per_page` (at most 100) ask for; sets `Link` as GitHub does. */
export function pageOf<T>(c: ForgeContext, forge: Forge, items: readonly T[]): T[] {
  const size = Math.min(100, positive(c.req.query("per_page")) ?? 30);
  const page = positive(c.req.query("page")) ?? 1;
  const last = Math.max(1, Math.ceil(items.length / size));
  const links: string[] = [];
  function link(to: number, rel: string): void {
    const incoming = new URL(c.req.url);
    const url = new URL(incoming.pathname + incoming.search, forge.origin);
    url.searchParams.set("page", String(to));
    links.push(`<${url.href}>; rel="${rel}"`);
  }
  if (page > 1) link(Math.min(page - 1, last), "prev");
  if (page < last) {
    link(page + 1, "next");
    link(last, "last");
  }
  if (page > 1) link(1, "first");
  if (links.length > 0) c.header("link", links.join(", "));
  return items.slice((page - 1) * size, page * size);
}

function positive(text: string | undefined): number | null {
  const value = Number(text);
  return text !== undefined && Number.isInteger(value) && value > 0 ? value : null;
}

/** The issue or pull request that the path's `number` names; 404 when there is none. */
export function issueOf(c: ForgeContext): IssueRecord {
  const number = positive(c.req.param("number"));
  const issue = c.get("repo").issues.find((one) => one.number === number);
  if (!issue) throw notFound();
  return issue;
}

export function pullOf(c: ForgeContext): PullIssue {
  const issue = issueOf(c);
  if (!isPull(issue)) throw notFound();
  return issue;
}

/** A number in the path by which something is looked up; 404 when it is none. */
export function idOf(c: ForgeContext, name: string): number {
  const id = positive(c.req.param(name));
  if (id === null) throw notFound();
  return id;
}

/** Whether the caller asks for a media type such as `diff`, `patch` or `raw`. */
export function wants(c: ForgeContext, kind: string): boolean {
  const accept = c.req.header("accept") ?? "";
  return new RegExp(`application/vnd\\.github\\.(v3\\.)?${kind}(\\+json)?\\b`).test(accept);
}

/** A weak ETag on JSON answers to GET, and 304 when the caller has it. */
export const conditional: MiddlewareHandler<ForgeEnv> = async function answerUnchanged(c, next) {
  await next();
  if (c.req.method !== "GET" || c.res.status !== 200) return;
  if (!c.res.headers.get("content-type")?.includes("json")) return;
  const body = await c.res.clone().arrayBuffer();
  const etag = `W/"${createHash("sha256").update(Buffer.from(body)).digest("hex")}"`;
  const headers = new Headers(c.res.headers);
  headers.set("etag", etag);
  headers.set("cache-control", "private, max-age=60, s-maxage=60");
  headers.set("vary", "Accept, Authorization");
  const known = (c.req.header("if-none-match") ?? "").split(/,\s*/);
  const same = known.some((one) => one.replace(/^W\//, "") === etag.slice(2));
  if (same) {
    headers.delete("content-length");
    headers.delete("content-type");
  }
  c.res = undefined;
  c.res = same ? new Response(null, { status: 304, headers }) : new Response(body, { headers });
};

/** Turns `ForgeError` into GitHub's answer. Anything else is a 500 that does not show its cause. */
export function answerError(error: Error, c: Context): Response {
  if (error instanceof ForgeError) return c.json(errorBody(error), error.status);
  console.error("forge:", error);
  return c.json({ message: "Server Error", documentation_url: "", status: "500" } as Json, 500);
}
