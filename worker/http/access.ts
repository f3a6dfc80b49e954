import type { Permission } from "../domain/actor";

/** Who may call a route: a permission in the project of the path, or one of the few that have no project. */
export type Access =
  | Permission
  | "public"
  | "signed_in"
  | "setup"
  | "signed_webhook"
  | "own_run"
  | "live_run";
