/** Roles of a person or token in one project, weakest first. */
export const ROLES = ["viewer", "operator", "approver", "admin"] as const;
export type Role = (typeof ROLES)[number];

/** What a route or verb may ask for. */
export type Permission =
  | "project:read"
  | "feedback:write"
  | "cluster:write"
  | "plan:write"
  | "plan:approve"
  | "run:start"
  | "run:read"
  | "source:read"
  | "project:admin";

const GRANTS: Record<Role, readonly Permission[]> = {
  viewer: ["project:read", "run:read", "source:read"],
  operator: [
    "project:read",
    "run:read",
    "source:read",
    "feedback:write",
    "cluster:write",
    "plan:write",
    "run:start",
  ],
  approver: [
    "project:read",
    "run:read",
    "source:read",
    "feedback:write",
    "cluster:write",
    "plan:write",
    "run:start",
    "plan:approve",
  ],
  admin: [
    "project:read",
    "run:read",
    "source:read",
    "feedback:write",
    "cluster:write",
    "plan:write",
    "run:start",
    "plan:approve",
    "project:admin",
  ],
};

/** Whether a role includes a permission. */
export function roleGrants(role: Role, permission: Permission): boolean {
  return GRANTS[role].includes(permission);
}

/** Permissions that no API token ever has: a plan is approved by a person. */
const PEOPLE_ONLY: readonly Permission[] = ["plan:approve"];

/**
 * Who acts. `project` is set once the actor's right to one project is known; verbs take a `ProjectActor`.
 * - `user`: a signed-in person · `token`: an API token · `run`: a run's own token · `webhook`: a verified delivery
 * - `system`: cron, queue or Durable Object, named by its job
 */
export type Actor =
  | { kind: "user"; userId: string; name: string }
  | { kind: "token"; tokenId: string; projectId: string; role: Role; scopes: Permission[] | null }
  | { kind: "run"; runId: string; projectId: string }
  | { kind: "webhook"; sourceId: string; projectId: string }
  | { kind: "system"; job: string };

/** An actor whose rights in one project are known. `idempotency`: the request's key and a hash of what it asks. */
export type ProjectActor = {
  actor: Actor;
  projectId: string;
  permissions: readonly Permission[];
  idempotency?: { key: string; requestHash: string };
};

/** The actor of a job of ours (cron, queue, object) in one project. */
export function systemActor(job: string, projectId: string): ProjectActor {
  return { actor: { kind: "system", job }, projectId, permissions: [] };
}

/** What a person with a role, or a token with a role and optional narrower scopes, may do. */
export function permissionsOf(role: Role, token?: { scopes: Permission[] | null }): Permission[] {
  const granted = GRANTS[role];
  if (!token) return [...granted];
  const allowed = granted.filter((permission) => !PEOPLE_ONLY.includes(permission));
  const { scopes } = token;
  return scopes ? allowed.filter((permission) => scopes.includes(permission)) : allowed;
}

/** The actor as the audit log and the ledger write it: `user:ID`, `token:ID`, `system:JOB`, … */
export function actorName(actor: Actor): string {
  switch (actor.kind) {
    case "user":
      return `user:${actor.userId}`;
    case "token":
      return `token:${actor.tokenId}`;
    case "run":
      return `run:${actor.runId}`;
    case "webhook":
      return `webhook:${actor.sourceId}`;
    case "system":
      return `system:${actor.job}`;
  }
}
