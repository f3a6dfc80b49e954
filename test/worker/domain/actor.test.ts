import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  actorName,
  permissionsOf,
  roleGrants,
  ROLES,
  systemActor,
  type Permission,
} from "../../../worker/domain/actor";

const ALL = permissionsOf("admin");
const anyRole = fc.constantFrom(...ROLES);
const someScopes = fc.subarray<Permission>(ALL);

describe("permissions", () => {
  it("grow with the role and never shrink", () => {
    for (const [index, role] of ROLES.entries()) {
      const weaker = ROLES.slice(0, index).flatMap((one) => permissionsOf(one));
      expect(permissionsOf(role)).toEqual(expect.arrayContaining(weaker));
    }
  });

  it("give a viewer no right to change anything", () => {
    expect(permissionsOf("viewer").filter((one) => !one.endsWith(":read"))).toEqual([]);
  });

  it("let approvers and admins approve, and no token ever", () => {
    expect(ROLES.filter((role) => roleGrants(role, "plan:approve"))).toEqual(["approver", "admin"]);
    fc.assert(
      fc.property(anyRole, fc.option(someScopes), (role, scopes) => {
        expect(permissionsOf(role, { scopes })).not.toContain("plan:approve");
      }),
    );
  });

  it("of a token are within its role and within its scopes", () => {
    fc.assert(
      fc.property(anyRole, someScopes, (role, scopes) => {
        for (const permission of permissionsOf(role, { scopes })) {
          expect(roleGrants(role, permission)).toBe(true);
          expect(scopes).toContain(permission);
        }
      }),
    );
  });

  it("are a copy: who changes the list changes nobody's rights", () => {
    permissionsOf("viewer").push("project:admin");
    expect(permissionsOf("viewer")).not.toContain("project:admin");
  });

  it("are none for our own jobs, which never come through a route", () => {
    expect(systemActor("cron", "p").permissions).toEqual([]);
  });
});

describe("an actor's name", () => {
  it("tells who acted, for each kind", () => {
    const projectId = "p";
    expect(actorName({ kind: "user", userId: "u", name: "Ann" })).toBe("user:u");
    const token = { kind: "token", tokenId: "t", projectId, role: "admin", scopes: null } as const;
    expect(actorName(token)).toBe("token:t");
    expect(actorName({ kind: "run", runId: "r", projectId })).toBe("run:r");
    expect(actorName({ kind: "webhook", sourceId: "s", projectId })).toBe("webhook:s");
    expect(actorName(systemActor("cron", projectId).actor)).toBe("system:cron");
  });
});
