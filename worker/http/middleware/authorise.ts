import type { Context } from "hono";
import { permissionsOf, type Actor, type ProjectActor } from "../../domain/actor";
import { DomainError, notFound } from "../../domain/errors";
import { equalSecrets } from "../../kit/secrets";
import { defaultProjectOf } from "../../projects/default-project";
import { findRole } from "../../store/users";
import { findRun } from "../../store/runs";
import type { AppEnv } from "../app-env";
import type { Access } from "../access";
import { bearerOf } from "./authenticate";

/** The project in a short route such as `/clusters`: the caller's own. */
export const CALLERS_PROJECT = "~";

/**
 * Lets a request through or throws: no credential → `unauthenticated`; a project that is not the caller's → `not_found`;
 * a role that is too weak → `forbidden`. Sets `who` where the route has a project.
 */
export async function authorise(c: Context<AppEnv>, access: Access): Promise<void> {
  if (access === "public" || access === "signed_webhook" || access === "dsn_key") return;
  if (access === "setup") return requireSetupToken(c);
  const { actor } = c.var;
  if (!actor) throw new DomainError("unauthenticated", "Send a session cookie or a bearer token.");
  if (access === "signed_in") {
    if (actor.kind === "user" || actor.kind === "token") return;
    throw new DomainError("forbidden", "This needs a person or an API token.");
  }
  if (access === "live_run") return requireLiveRun(c, actor);
  const projectId = await projectOf(c, actor);
  if (access === "own_run") return requireOwnRun(c, actor, projectId);
  const who = await projectActor(c, actor, projectId);
  if (!who.permissions.includes(access))
    throw new DomainError("forbidden", `This needs the right ${access}.`);
  c.set("who", who);
}

async function requireSetupToken(c: Context<AppEnv>): Promise<void> {
  const expected = c.var.deps.settings.SETUP_TOKEN;
  const given = bearerOf(c);
  if (!expected || !given || !(await equalSecrets(given, expected))) {
    throw new DomainError(
      "unauthenticated",
      "Send the set-up token (SETUP_TOKEN) as a bearer token.",
    );
  }
}

async function projectOf(c: Context<AppEnv>, actor: Actor): Promise<string> {
  const inPath = c.req.param("projectId") ?? CALLERS_PROJECT;
  if (inPath !== CALLERS_PROJECT) return inPath;
  const asked = c.req.query("project_id");
  if (asked) return asked;
  const own = await defaultProjectOf(c.var.deps, actor);
  if (!own) throw notFound("project");
  return own;
}

function requireLiveRun(c: Context<AppEnv>, actor: Actor): void {
  if (actor.kind !== "run")
    throw new DomainError("forbidden", "This needs a live run's own token.");
  c.set("who", { actor, projectId: actor.projectId, permissions: [] });
}

async function requireOwnRun(c: Context<AppEnv>, actor: Actor, projectId: string): Promise<void> {
  const runId = c.req.param("id") ?? "";
  if (actor.kind === "run" && actor.projectId === projectId && actor.runId === runId) {
    c.set("who", { actor, projectId, permissions: [] });
    return;
  }
  await projectActor(c, actor, projectId);
  if (!(await findRun(c.var.deps.db, projectId, runId))) throw notFound("run");
  throw new DomainError("forbidden", "Only the run's own token may change it.");
}

async function projectActor(
  c: Context<AppEnv>,
  actor: Actor,
  projectId: string,
): Promise<ProjectActor> {
  if (actor.kind === "user") {
    const role = await findRole(c.var.deps.db, projectId, actor.userId);
    if (!role) throw notFound("project");
    return { actor, projectId, permissions: permissionsOf(role) };
  }
  if (actor.kind === "system" || actor.projectId !== projectId) throw notFound("project");
  if (actor.kind !== "token") return { actor, projectId, permissions: [] };
  return { actor, projectId, permissions: permissionsOf(actor.role, actor) };
}
