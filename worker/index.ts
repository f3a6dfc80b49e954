import { env } from "cloudflare:workers";
import { makeDeps, meterObjectDeps, projectObjectDeps, runObjectDeps } from "./deps";
import { refuseWrongSettings, type Env } from "./env";
import { createRunObject } from "./fix/run-object";
import { createFixWorkflow } from "./fix/run-workflow";
import { createApi } from "./http/api";
import { handleCron } from "./jobs/cron";
import { handleMail } from "./jobs/mail";
import { handleQueue } from "./jobs/queue";
import { createMeterObject } from "./projects/meter-object";
import { createProjectObject } from "./triage/project-object";

refuseWrongSettings(env);

/** What Cloudflare calls. */
const api = createApi(depsOf);

function depsOf(bindings: Env) {
  return makeDeps(bindings, async (request, own) => api.fetch(request, own));
}

export class ProjectObject extends createProjectObject<Env>(projectObjectDeps) {}
export class MeterObject extends createMeterObject<Env>(meterObjectDeps) {}
export class RunObject extends createRunObject<Env>(runObjectDeps) {}
export class FixWorkflow extends createFixWorkflow<Env>(depsOf) {}

export default {
  fetch: (request, own, ctx) => api.fetch(request, own, ctx),
  scheduled: (controller, own) => handleCron(controller.cron, depsOf(own)),
  email: (message, own) => handleMail(message, depsOf(own)),
  queue: (batch, own) => handleQueue(batch, depsOf(own)),
} satisfies ExportedHandler<Env>;
