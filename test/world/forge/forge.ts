import type { Git } from "./git/run";
import type { DeliveryRecord, ForgeSettings, ForgeState, RepoState } from "./state";

/** Something on its way to the wire. */
export type Json = Record<string, unknown>;

export type Permission = "admin" | "write" | "read";
export type Login = {
  id: number;
  login: string;
  name: string;
  email: string;
  type: "User" | "Bot";
  permission: Permission;
  token: string | null;
};

/** What every route, verb and page works with. */
export type Forge = {
  /** `http://127.0.0.1:<port>`, known once it listens. */
  readonly origin: string;
  readonly state: ForgeState;
  readonly settings: ForgeSettings;
  readonly logins: readonly Login[];
  /** Where the bare repositories lie: `<root>/<owner>/<name>.git`. */
  readonly gitRoot: string;
  now(): number;
  nextId(): number;
  git(repo: RepoState): Git;
  findRepo(owner: string, name: string): RepoState | undefined;
  findLogin(login: string): Login | undefined;
  /** Runs work alone for its repository. Not re-entrant. */
  inRepo<T>(repo: RepoState, work: () => Promise<T>): Promise<T>;
  /**
   * Puts an event into the outbox of every active hook that wants it (or of the one hook `only`); it is sent once
   * `commit` has written the state. The payload is made only when somebody wants it; repository and sender are added.
   */
  announce(
    repo: RepoState,
    event: string,
    sender: string,
    makePayload: () => Promise<Json> | Json,
    only?: number,
  ): Promise<void>;
  /** Sends a recorded delivery once more, under the same guid. */
  redeliver(repo: RepoState, delivery: DeliveryRecord): void;
  /** Makes everything changed so far durable, then lets the hooks deliver. */
  commit(): Promise<void>;
};

/** Seconds precision, as GitHub writes times. */
export function iso(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** As `iso`, and null stays null. */
export function isoOrNull(ms: number | null): string | null {
  return ms === null ? null : iso(ms);
}

/** An opaque id, as GraphQL speaks of things. */
export function nodeId(kind: string, id: number): string {
  return Buffer.from(`${kind}:${id}`).toString("base64url");
}
