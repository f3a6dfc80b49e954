import type { Actor, ProjectActor } from "../domain/actor";
import type { Deps } from "../deps";
import type { Env } from "../env";

/** What every handler finds in its context. `who` is set by routes with a project permission. */
export type AppEnv = {
  Bindings: Env;
  Variables: { deps: Deps; requestId: string; actor: Actor | null; who: ProjectActor };
};
