import type { Permission } from "../domain/actor";

/** Who may call a route: a permission in the project of the path, or one of the few that have no project. */
export type Access =
  | Permission
  | "public"
  | "signed_in"
  | "setup"
  | "signed_webhook"
  | "dsn_key"
  | "own_run"
  | "live_run";
