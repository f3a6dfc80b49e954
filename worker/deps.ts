import type { ProjectActor } from "./domain/actor";
import { DomainError } from "./domain/errors";
import { DEFAULT_GROUPING, type EmbedderName, type GroupingSettings } from "./domain/grouping";
import type { ModelPrice, ModelTask } from "./domain/models";
import type { RunStatus } from "./domain/run";
import { secretsAmong, settingsOf, type Env, type Settings } from "./env";
import { createGithubForge, type GithubSettings } from "./fix/forge/github";
import { createGithubPulls } from "./fix/forge/github-pulls";
import type { RunDeps } from "./fix/deps";
import { notePullNews } from "./fix/note-pull-news";
import { notePullRequest } from "./fix/note-pull-request";
import { chooseRunner, programOf, runnerNamed } from "./fix/runners/choose-runner";
import type { RunObjectDeps } from "./fix/run-object";
import { createE2bSandboxes } from "./fix/sandbox/e2b";
import { REGISTRY_HOSTS } from "./fix/sandbox/registries";
import type { Sandboxes } from "./fix/sandbox/sandbox";
import { askedModel } from "./fix/gateway/ask-model";
import type { GatewayDeps } from "./fix/gateway/deps";
import { ModelHalt } from "./fix/gateway/halt";
import { paidCall } from "./fix/gateway/paid-call";
import { modelOfTask, wiresOf } from "./fix/gateway/providers";
import type { IngestDeps, PollJob } from "./ingest/deps";
import { queueDelivery } from "./ingest/queue-delivery";
import { quietMeter } from "./ingest/quiet-meter";
import { sendTestEvent } from "./ingest/send-test-event";
import { createIssueList } from "./ingest/sources/github/client";
import { createRedditClient } from "./ingest/sources/reddit/client";
import { logFailure } from "./kit/log";
import { subjectToken } from "./kit/secrets";
import { RUN_TOKEN_PREFIX } from "./projects/authenticate";
import type { ProjectDeps } from "./projects/deps";
import { eraseArchive } from "./projects/erase-archive";
import { scrubRulesOf } from "./projects/scrub-rules-of";
import type { MeterObjectDeps, Mirror } from "./projects/meter-object";
import { findAddressed, forgetSource, rememberSource } from "./projects/source-directory";
import { secretsOf } from "./projects/sources";
import { recountClusters } from "./store/cluster-members";
import { openDb, runBatch, type Db } from "./store/db";
import { writeOccurrences } from "./store/feedback-writes";
import { findProject, type ProjectRow } from "./store/projects";
import { writeHealth, type AddressedSource, type SourceRow } from "./store/sources";
import { announcer } from "./triage/announcer";
import type { TriageDeps } from "./triage/deps";
import { brainModelsFrom } from "./triage/brain-models";
import { WORKERS_AI_MODEL, type WorkersAi } from "./triage/embedders/workers-ai";
import type { Pay } from "./triage/pay";
import type { ProjectObjectDeps } from "./triage/project-object";
import { createVectorizeIndex } from "./triage/vectors/vectorize-index";

/** Every port of every room, filled. The only file that knows everyone. */
export type Deps = ProjectDeps &
  IngestDeps &
  TriageDeps &
  RunDeps &
  GatewayDeps & {
    settings: Settings;
    sendTestEvent(who: ProjectActor, sourceId: string): Promise<{ feedback_id: string }>;
    /** Hands a WebSocket upgrade to a project's or a run's object. */
    projectSocket(projectId: string, request: Request): Promise<Response>;
    runSocket(runId: string, request: Request): Promise<Response>;
  };

/** Delivers a request to our own routes without leaving the isolate. Set by `index.ts`, which knows the routes. */
type Deliver = (request: Request, env: Env) => Promise<Response>;

const known = new WeakMap<object, Deps>();

/** The deps of an environment, made once per isolate. Throws `misconfigured`, naming the setting at fault. */
export function makeDeps(env: Env, deliver: Deliver): Deps {
  const made = known.get(env) ?? composeDeps(env, deliver);
  known.set(env, made);
  return made;
}

function composeDeps(env: Env, deliver: Deliver): Deps {
  const settings = settingsOf(env);
  // The brain would find it out too late, in its own object.
  embedderOf(env, settings);
  const base = { db: openDb(env.DB), clock: Date.now, settings };
  const projectObject = (projectId: string) => env.PROJECT.get(env.PROJECT.idFromName(projectId));
  const runObject = (runId: string) => env.RUN.get(env.RUN.idFromName(runId));
  const deps: Deps = {
    ...base,
    ...fixDeps(env, settings, base),
    ...pollingDeps(env, settings),
    ...intakeDeps(env, base),
    scrubRules: scrubRulesOf(base.db),
    eraseArchive: (projectId) => eraseArchive(env.ARCHIVE, projectId),
    eraseBrain: (projectId) => projectObject(projectId).erase(),
    grouping: groupingDefaults(settings),
    announce: announcer((projectId) => projectObject(projectId).announce(projectId)),
    forget: (projectId, ids) => projectObject(projectId).forget(ids),
    startJob: (projectId) => projectObject(projectId).startJob(projectId),
    startReplay: (projectId, kind, settings) =>
      projectObject(projectId).startReplay(projectId, kind, settings),
    startReembed: (projectId) => projectObject(projectId).startReembed(projectId),
    dropJob: (projectId, id) => projectObject(projectId).dropJob(id),
    lookAlike: (projectId, rows) => projectObject(projectId).lookAlike(projectId, rows),
    replayFound: (projectId, id) => projectObject(projectId).replayFound(projectId, id),
    objectStatus: (projectId) => projectObject(projectId).jobStatus(projectId),
    inGate: (projectId, work) => inGate(projectObject(projectId), work),
    secretsOf: (source) => secretsOf(settings, source, base.clock()),
    notePullRequest: (who, pull) => notePullRequest(deps, who, pull),
    notePullNews: (who, news) => notePullNews(deps, who, news),
    deliver: (request) => deliver(request, env),
    sendTestEvent: (who, sourceId) => sendTestEvent(deps, who, sourceId),
    reserveForProject: (projectId, microUsd) => projectObject(projectId).reserve(microUsd),
    settleForProject: (projectId, difference) => projectObject(projectId).settle(difference),
    modelFor: (project, task, runId) =>
      askedModel(deps, project.settings.models, { projectId: project.id, runId }, task),
    projectSocket: (projectId, request) => projectObject(projectId).fetch(request),
    runSocket: (runId, request) => runObject(runId).fetch(request),
  };
  return deps;
}

/** The object calls `work` back while it holds its gate. What `work` throws stays on this side: errors lose their kind there. */
async function inGate<T>(
  object: { hold(work: () => Promise<void>): Promise<void> },
  work: () => Promise<T>,
): Promise<T> {
  const outcome: { settled?: Promise<T> } = {};
  await object.hold(async () => {
    outcome.settled = work();
    await outcome.settled.catch(() => undefined);
  });
  if (!outcome.settled) throw new DomainError("unavailable", "The project is busy. Try again.");
  return outcome.settled;
}

/** What the project's object gets: Cloudflare constructs it with `(ctx, env)` only. */
export function projectObjectDeps(env: Env): ProjectObjectDeps {
  const settings = settingsOf(env);
  const base = { db: openDb(env.DB), clock: Date.now };
  return {
    ...base,
    grouping: groupingDefaults(settings),
    dailyBudgetMicroUsd: settings.DAILY_BUDGET_USD * 1_000_000,
    models: brainModels(env, settings, base),
    outsideIndex: (namespace) =>
      settings.VECTOR_BACKEND === "vectorize" ? createVectorizeIndex(env.VECTORS, namespace) : null,
  };
}

/** The models of each project's brain, paid from its day. Throws `misconfigured` when what `CLUSTERING_EMBEDDER` names is not set up. */
function brainModels(
  env: Env,
  settings: Settings,
  base: { db: Db; clock(): number },
): ProjectObjectDeps["models"] {
  const embedder = embedderOf(env, settings);
  const truncateBodyChars = settings.CLUSTERING_TRUNCATE_BODY_CHARS;
  const { AI: ai } = env;
  return (projectId, choices, budget) => {
    const gateway = {
      ...base,
      runLog: (runId: string) => env.RUN.get(env.RUN.idFromName(runId)),
      reserveForProject: (_: string, microUsd: number) => budget.reserve(microUsd),
      settleForProject: (_: string, difference: number) => budget.settle(difference),
    };
    const payer = { projectId, runId: null };
    const paying =
      (task: ModelTask, model: { name: string; price: ModelPrice }): Pay =>
      (most, call) =>
        paidCall(gateway, payer, task, model, most, call).catch(asBudgetSpent);
    return brainModelsFrom({
      embedder,
      truncateBodyChars,
      gemini: (task) => {
        const model = modelOfTask(settings, choices, task, "gemini");
        if (!model) return null;
        const { apiKey, baseUrl, name } = model;
        return { apiKey, baseUrl, model: name, pay: paying(task, model) };
      },
      workersAi: () => {
        if (!ai) return null;
        // The binding's types list the models that they know; the adapter checks the reply itself.
        const run: WorkersAi["run"] = (model, input) => ai.run(model as keyof AiModels, input);
        const price = { input: settings.WORKERS_AI_EMBEDDING_USD_PER_MTOK, output: 0 };
        return { ai: { run }, pay: paying("embed", { name: WORKERS_AI_MODEL, price }) };
      },
    });
  };
}

function asBudgetSpent(error: unknown): never {
  if (error instanceof ModelHalt) throw new DomainError("budget_exceeded", error.message);
  throw error;
}

/** The embedder that is set up. Throws `misconfigured` when what it needs is missing. */
function embedderOf(env: Env, settings: Settings): EmbedderName {
  const set = settings.CLUSTERING_EMBEDDER;
  const gemini = settings.GEMINI_API_KEY !== undefined;
  const name = set === "auto" ? (gemini ? "gemini" : env.AI ? "workers_ai" : "lexical") : set;
  if (name === "gemini" && !gemini) {
    throw misconfigured("CLUSTERING_EMBEDDER: gemini needs GEMINI_API_KEY");
  }
  if (name === "workers_ai" && !env.AI) {
    throw misconfigured("CLUSTERING_EMBEDDER: workers_ai needs the binding AI");
  }
  return name;
}

function misconfigured(what: string): DomainError {
  const refused = new DomainError("misconfigured", `Setting ${what}.`);
  logFailure("misconfigured", refused);
  return refused;
}

/** What a run's object gets. */
export function runObjectDeps(env: Env): RunObjectDeps {
  const settings = settingsOf(env);
  return {
    clock: Date.now,
    sandboxes: () => sandboxesOf(settings),
    runner: runnerNamed,
    runBudgetMicroUsd: settings.RUN_BUDGET_USD * 1_000_000,
    secrets: secretsAmong(settings),
  };
}

function fixDeps(
  env: Env,
  settings: Settings,
  base: Pick<RunDeps, "db" | "clock">,
): Omit<RunDeps, "modelFor"> {
  const gateway = settings.SANDBOX_GATEWAY_URL;
  return {
    ...base,
    apiUrl: settings.PUBLIC_API_URL,
    clusterUrl: (projectId, clusterId) =>
      `${settings.PUBLIC_DASHBOARD_URL}/p/${projectId}/clusters/${clusterId}`,
    archive: env.ARCHIVE,
    forgeOf: (project) => createGithubForge(repositoryOf(settings, project)),
    pullsOf: (project) => createGithubPulls(repositoryOf(settings, project)),
    chooseRunner: (asked) => chooseRunner(settings, asked),
    sendRun: async (projectId, runId) => {
      await env.FIX_QUEUE.send({ v: 1, kind: "start_run", projectId, runId });
    },
    startWorkflow: async ({ projectId, runId, generation }) => {
      const id = `${runId}-${generation}`;
      try {
        await env.FIX_WORKFLOW.create({ id, params: { projectId, runId, generation } });
      } catch (error) {
        // The same message may come twice: an instance of this generation that exists is the one that we want.
        const instance = await env.FIX_WORKFLOW.get(id).catch(() => null);
        if (!instance) throw error;
      }
    },
    runLog: (runId) => env.RUN.get(env.RUN.idFromName(runId)),
    broadcastRun: async (projectId: string, runId: string, status: RunStatus) => {
      const stub = env.PROJECT.get(env.PROJECT.idFromName(projectId));
      await stub
        .broadcast({ kind: "run", id: runId, status })
        .catch((error: unknown) => logFailure("broadcast_failed", error));
    },
    broadcastClusters: (projectId) =>
      env.PROJECT.get(env.PROJECT.idFromName(projectId))
        .broadcast({ kind: "clusters", id: projectId, status: null })
        .catch((error: unknown) => logFailure("broadcast_failed", error)),
    runBudgetMicroUsd: settings.RUN_BUDGET_USD * 1_000_000,
    sandboxes: () => sandboxesOf(settings),
    runner: runnerNamed,
    registryHosts: REGISTRY_HOSTS,
    agentModel: async (project, runId, wires) => {
      const wire = wiresOf(settings, "code").find((one) => wires.includes(one));
      const model = wire ? modelOfTask(settings, project.settings.models, "code", wire) : null;
      if (!gateway || !model) return null;
      return {
        baseUrl: `${gateway}/${model.wire === "openai" ? "v1" : "v1beta"}`,
        apiKey: await subjectToken(settings.SEALING_KEY, RUN_TOKEN_PREFIX, runId),
        name: model.name,
        wire: model.wire,
      };
    },
    agentProgram: (runner) => programOf(settings, runner),
    gatewayHost: gateway ? new URL(gateway).hostname : null,
  };
}

type IntakeDeps = Pick<IngestDeps, "sourceAt" | "meter" | "queueDelivery"> &
  Pick<ProjectDeps, "rememberSource" | "forgetSource" | "sendErasure">;

/** The doors: sources by their addresses, their meters, and the queue that stands in for the database. */
function intakeDeps(env: Env, base: { db: Db; clock(): number }): IntakeDeps {
  const meterObject = (name: string) => env.METER.get(env.METER.idFromName(name));
  const directory = {
    ...base,
    recent: new Map<string, Mirror>(),
    mirrors: {
      mirror: (name: string) => meterObject(name).mirror() as Promise<Mirror | null>,
      remember: (name: string, source: AddressedSource | null) =>
        meterObject(name).remember(source),
    },
  };
  const addressed = async (source: SourceRow): Promise<AddressedSource> => {
    const project = await findProject(base.db, source.projectId);
    return { source, projectNumber: project?.number ?? 0 };
  };
  return {
    sourceAt: (channel, key, options) => findAddressed(directory, channel, key, options),
    meter: (sourceId) => quietMeter(meterObject(sourceId)),
    queueDelivery: (delivery) => queueDelivery(env.INGEST_QUEUE, env.ARCHIVE, delivery),
    rememberSource: async (source) => rememberSource(directory, await addressed(source)),
    forgetSource: async (source) => forgetSource(directory, { source, projectNumber: 0 }),
    sendErasure: async (erasureId) => {
      await env.INGEST_QUEUE.send({ v: 1, kind: "erase", erasureId }).catch((error: unknown) =>
        logFailure("erasure_not_sent", error, { erasure_id: erasureId }),
      );
    },
  };
}

/** What a source's meter gets. */
export function meterObjectDeps(env: Env): MeterObjectDeps {
  const settings = settingsOf(env);
  const db = openDb(env.DB);
  return {
    clock: Date.now,
    reportsPerMinute: settings.INGEST_REPORTS_PER_MINUTE,
    writeOccurrences: async ({ projectId }, storms) => {
      const here = await writeOccurrences(db, projectId, storms);
      const clusterIds = [...new Set(here.flatMap((one) => one.clusterId ?? []))];
      await runBatch(db, [recountClusters(db, projectId, clusterIds, Date.now())]);
      const known = new Set(here.map((one) => one.externalId));
      return storms.filter((storm) => known.has(storm.externalId));
    },
    writeHealth: (source, health) => writeHealth(db, source, health),
  };
}

/** Who is asked for reports, and the queue that the asking is put on. */
function pollingDeps(
  env: Env,
  settings: Settings,
): Pick<IngestDeps, "sendJobs" | "listIssues" | "reddit" | "fallbackSubreddits"> {
  return {
    sendJobs: async (jobs) => {
      for (let at = 0; at < jobs.length; at += QUEUE_BATCH) {
        const batch: PollJob[] = jobs.slice(at, at + QUEUE_BATCH);
        await env.INGEST_QUEUE.sendBatch(batch.map((body) => ({ body })));
      }
    },
    listIssues: createIssueList({ apiUrl: settings.GITHUB_API_URL, token: settings.GITHUB_TOKEN }),
    reddit: createRedditClient({
      apiUrl: settings.REDDIT_API_URL,
      webUrl: settings.REDDIT_WEB_URL,
      clientId: settings.REDDIT_CLIENT_ID,
      clientSecret: settings.REDDIT_CLIENT_SECRET,
      userAgent: settings.REDDIT_USER_AGENT,
      clock: Date.now,
    }),
    fallbackSubreddits: settings.REDDIT_SUBREDDITS,
  };
}

/** The most messages that a queue takes at once. */
const QUEUE_BATCH = 100;

function repositoryOf(settings: Settings, project: ProjectRow): GithubSettings {
  if (!project.githubRepo) {
    throw new DomainError(
      "repository_missing",
      "Connect a repository in the project's settings first.",
    );
  }
  return {
    apiUrl: settings.GITHUB_API_URL,
    token: settings.GITHUB_TOKEN,
    repository: project.githubRepo,
  };
}

function sandboxesOf(settings: Settings): Sandboxes {
  if (!settings.E2B_API_KEY) {
    throw new DomainError("runner_unavailable", "Runs need a sandbox: set E2B_API_KEY.");
  }
  return createE2bSandboxes({
    apiKey: settings.E2B_API_KEY,
    apiUrl: settings.E2B_API_URL,
    sandboxUrl: settings.E2B_SANDBOX_URL,
    template: settings.KILOCODE_TEMPLATE_NAME,
  });
}

function groupingDefaults(settings: Settings): GroupingSettings {
  return {
    ...DEFAULT_GROUPING,
    method: settings.CLUSTERING_METHOD,
    threshold: settings.CLUSTERING_SIM_THRESHOLD,
    minClusterSize: settings.CLUSTERING_MIN_CLUSTER_SIZE,
    truncateBodyChars: settings.CLUSTERING_TRUNCATE_BODY_CHARS,
  };
}
