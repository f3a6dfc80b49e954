import { Hono } from "hono";
import { z } from "zod";
import { approveNewestPlan, ApproveInput } from "../../fix/approve-plan";
import { cancelRun } from "../../fix/cancel-run";
import { changeRun, ChangeRunInput } from "../../fix/change-run";
import { FollowUpInput, startFollowUp } from "../../fix/follow-up";
import { makePlan } from "../../fix/make-plan";
import { readPlan } from "../../fix/read-plan";
import { openFindings } from "../../fix/open-findings";
import {
  LogQuery,
  readEvidence,
  readPatch,
  readRun,
  readRunLog,
  readRuns,
  RunQuery,
} from "../../fix/read-runs";
import { pauseRun } from "../../fix/pause-run";
import { RedirectInput, redirectRun } from "../../fix/redirect-run";
import { ResumeInput, resumeRun } from "../../fix/resume-run";
import { RetryInput, retryRun } from "../../fix/retry-run";
import { savePlan, SavePlanInput } from "../../fix/save-plan";
import { startFix, StartFixInput } from "../../fix/start-fix";
import { EvidenceView, PlanView, RunLogPage, RunStarted, RunView } from "../../fix/views";
import type { AppEnv } from "../app-env";
import { route } from "../route";

/** Plans and runs. A run is a "job" on the wire. */
export const fixRoutes = new Hono<AppEnv>()
  .get(
    "/projects/:projectId/clusters/:id/plan",
    route({ summary: "The newest plan", access: "project:read", replies: { 200: PlanView } }),
    async (c) => c.json(await readPlan(c.var.deps, c.var.who, c.req.param("id")), 200),
  )
  .post(
    "/projects/:projectId/clusters/:id/plan",
    route({
      summary: "Make a plan from the cluster's evidence and the repository at a pinned commit",
      access: "plan:write",
      replies: { 201: PlanView },
    }),
    async (c) => c.json(await makePlan(c.var.deps, c.var.who, c.req.param("id")), 201),
  )
  .put(
    "/projects/:projectId/clusters/:id/plan",
    route({
      summary: "Save an edited plan as a new version; `version` is the one that was edited",
      access: "plan:write",
      body: SavePlanInput,
      replies: { 200: PlanView },
    }),
    async (c) =>
      c.json(await savePlan(c.var.deps, c.var.who, c.req.param("id"), c.req.valid("json")), 200),
  )
  .post(
    "/projects/:projectId/clusters/:id/plan/approve",
    route({
      summary: "Approve exactly one version of the plan (people only)",
      access: "plan:approve",
      body: ApproveInput,
      replies: { 200: PlanView },
    }),
    async (c) =>
      c.json(
        await approveNewestPlan(c.var.deps, c.var.who, c.req.param("id"), c.req.valid("json")),
        200,
      ),
  )
  .post(
    "/projects/:projectId/clusters/:id/start_fix",
    route({
      summary: "Start a run; pressed twice it answers the same one",
      access: "run:start",
      body: StartFixInput,
      replies: { 202: RunStarted },
    }),
    async (c) =>
      c.json(await startFix(c.var.deps, c.var.who, c.req.param("id"), c.req.valid("json")), 202),
  )
  .get(
    "/projects/:projectId/jobs",
    route({
      summary: "Runs, newest first",
      access: "run:read",
      query: RunQuery,
      replies: { 200: z.object({ items: z.array(RunView), next_cursor: z.string().nullable() }) },
    }),
    async (c) => c.json(await readRuns(c.var.deps, c.var.who, c.req.valid("query")), 200),
  )
  .get(
    "/projects/:projectId/jobs/:id",
    route({ summary: "One run", access: "run:read", replies: { 200: RunView } }),
    async (c) => c.json(await readRun(c.var.deps, c.var.who, c.req.param("id")), 200),
  )
  .patch(
    "/projects/:projectId/jobs/:id",
    route({
      summary: "Change a run's status (the run's own token only, legal transitions only)",
      access: "own_run",
      body: ChangeRunInput,
      replies: { 200: RunView },
    }),
    async (c) =>
      c.json(await changeRun(c.var.deps, c.var.who, c.req.param("id"), c.req.valid("json")), 200),
  )
  .post(
    "/projects/:projectId/jobs/:id/cancel",
    route({ summary: "Cancel a run", access: "run:start", replies: { 200: RunView } }),
    async (c) => c.json(await cancelRun(c.var.deps, c.var.who, c.req.param("id")), 200),
  )
  .post(
    "/projects/:projectId/jobs/:id/pause",
    route({
      summary: "Pause a run: its work is kept, its sandbox is let go",
      access: "run:start",
      replies: { 202: RunView },
    }),
    async (c) => c.json(await pauseRun(c.var.deps, c.var.who, c.req.param("id")), 202),
  )
  .post(
    "/projects/:projectId/jobs/:id/resume",
    route({
      summary:
        "Decide about a paused run: go on, tell its agent something, take its patch as it is, begin anew; limits are raised by approvers",
      access: "run:start",
      body: ResumeInput,
      replies: { 202: RunView },
    }),
    async (c) =>
      c.json(await resumeRun(c.var.deps, c.var.who, c.req.param("id"), c.req.valid("json")), 202),
  )
  .post(
    "/projects/:projectId/jobs/:id/redirect",
    route({
      summary: "Tell a run's agent something that comes before all else (people only)",
      access: "run:start",
      body: RedirectInput,
      replies: { 202: RunView },
    }),
    async (c) =>
      c.json(await redirectRun(c.var.deps, c.var.who, c.req.param("id"), c.req.valid("json")), 202),
  )
  .post(
    "/projects/:projectId/jobs/:id/retry",
    route({
      summary: "A new attempt after a run that has ended: from scratch, or from its last patch",
      access: "run:start",
      body: RetryInput,
      replies: { 202: RunStarted },
    }),
    async (c) =>
      c.json(await retryRun(c.var.deps, c.var.who, c.req.param("id"), c.req.valid("json")), 202),
  )
  .post(
    "/projects/:projectId/jobs/:id/follow_up",
    route({
      summary:
        "Add to a run's open pull request what its reviewers ask for and its failing checks need",
      access: "run:start",
      body: FollowUpInput,
      replies: { 202: RunStarted },
    }),
    async (c) =>
      c.json(
        await startFollowUp(c.var.deps, c.var.who, c.req.param("id"), c.req.valid("json")),
        202,
      ),
  )
  .get(
    "/projects/:projectId/jobs/:id/logs",
    route({
      summary: "A run's log from a sequence number on",
      access: "run:read",
      query: LogQuery,
      replies: { 200: RunLogPage },
    }),
    async (c) =>
      c.json(await readRunLog(c.var.deps, c.var.who, c.req.param("id"), c.req.valid("query")), 200),
  )
  .get(
    "/projects/:projectId/jobs/:id/evidence",
    route({
      summary: "What the tests showed before and after a run's change",
      access: "run:read",
      replies: { 200: EvidenceView },
    }),
    async (c) => c.json(await readEvidence(c.var.deps, c.var.who, c.req.param("id")), 200),
  )
  .post(
    "/projects/:projectId/jobs/:id/open_pull",
    route({
      summary: "Open the draft pull request of a run that keeps findings (people only)",
      access: "plan:approve",
      replies: { 202: RunView },
    }),
    async (c) => c.json(await openFindings(c.var.deps, c.var.who, c.req.param("id")), 202),
  )
  .get(
    "/projects/:projectId/jobs/:id/patch",
    route({
      summary: "A run's latest patch, as a unified diff",
      access: "run:read",
      replies: { 200: null },
    }),
    async (c) => {
      const patch = await readPatch(c.var.deps, c.var.who, c.req.param("id"));
      return c.body(patch, 200, { "content-type": "text/x-diff; charset=utf-8" });
    },
  );
