import { makeDeps, meterObjectDeps, projectObjectDeps, runObjectDeps } from "./deps";
import type { Env } from "./env";
import { createRunObject } from "./fix/run-object";
import { createFixWorkflow } from "./fix/run-workflow";
import { createApi } from "./http/api";
import { handleCron } from "./jobs/cron";
import { handleMail } from "./jobs/mail";
import { handleQueue } from "./jobs/queue";
import { createMeterObject } from "./projects/meter-object";
import { createProjectObject } from "./triage/project-object";

/** What Cloudflare calls. */
const api = createApi(depsOf);

function depsOf(env: Env) {
  return makeDeps(env, async (request, own) => api.fetch(request, own));
}

export class ProjectObject extends createProjectObject<Env>(projectObjectDeps) {}
export class MeterObject extends createMeterObject<Env>(meterObjectDeps) {}
export class RunObject extends createRunObject<Env>(runObjectDeps) {}
export class FixWorkflow extends createFixWorkflow<Env>(depsOf) {}

export default {
  fetch: (request, env, ctx) => api.fetch(request, env, ctx),
  scheduled: (controller, env) => handleCron(controller.cron, depsOf(env)),
  email: (message, env) => handleMail(message, depsOf(env)),
  queue: (batch, env) => handleQueue(batch, depsOf(env)),
} satisfies ExportedHandler<Env>;
