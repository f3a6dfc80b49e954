import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { ChildProcess } from "node:child_process";
import { fetchedAgents } from "./agents/fetch";
import { startForge } from "./forge";
import { startReddit } from "./reddit";
import { detectIsolation, startSandboxService } from "./sandbox";
import { readLocalFile, writeLocalFile } from "./start/local-file";
import {
  BUILD_DIR,
  FORGE_DIR,
  HOME,
  LOG_DIR,
  ROOT,
  SAMPLE_DIR,
  SAMPLE_REPO,
  SANDBOX_DIR,
  STATE,
} from "./start/paths";
import { playStory } from "./start/play-story";
import { redditThings } from "./story";
import { freePort } from "./start/ports";
import { buildDashboard, buildWorker, migrate, QUIET } from "./start/prepare";
import {
  claimPidFile,
  reapEarlier,
  releasePidFile,
  runningStart,
  startChild,
  stopChild,
} from "./start/processes";
import { localSecrets } from "./start/secrets";
import { connectForge, setUpInstallation } from "./start/set-up";
import { toolchains } from "./start/toolchains";
import {
  GATEWAY_NAME,
  REDDIT_CLIENT_ID,
  checkOwnSettings,
  writeWorkerSettings,
  type Addresses,
} from "./start/worker-settings";

const CRON_EVERY_MS = 60_000;
const LOOK_EVERY_MS = 2_000;
const LOOKS_BEFORE_GIVING_UP = 5;
const START_LIMIT_MS = 90_000;

const stops: (() => Promise<void>)[] = [];
let stopping = false;

/** Stops everything in reverse order, once, and ends the process. */
async function stop(code: number, message?: string): Promise<void> {
  if (stopping) return;
  stopping = true;
  if (message) console.error(`\n${message}`);
  for (const one of stops.reverse()) await one().catch(() => undefined);
  releasePidFile();
  process.exit(code);
}

async function main(): Promise<void> {
  const fresh = process.argv.includes("--fresh");
  const unsafe = process.argv.includes("--unsafe-sandbox");
  checkOwnSettings(process.env);
  if (await alreadyRunning()) return;
  reapEarlier();
  if (fresh) wipe();
  claimPidFile();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(signal, () => void stop(0));

  if (buildDashboard()) say("dashboard built");
  if (buildWorker()) say("worker built");
  if (migrate()) say("database migrated");
  const secrets = localSecrets();
  const isolation = await detectIsolation();
  if (isolation.kind === "none") explainNoIsolation(unsafe, isolation.reason);
  const agents = fetchedAgents();
  const ports = { api: await freePort(8787), dashboard: await freePort(8788) };
  const api = `http://127.0.0.1:${ports.api}`;

  const forge = await startForge({
    dir: FORGE_DIR,
    port: await freePort(8790),
    token: secrets.forgeToken,
    seed: [
      { owner: SAMPLE_REPO.split("/")[0]!, name: SAMPLE_REPO.split("/")[1]!, from: SAMPLE_DIR },
    ],
  });
  stops.push(() => forge.stop());
  const sandbox = await startSandboxService({
    dir: SANDBOX_DIR,
    port: await freePort(8791),
    apiKey: secrets.sandboxKey,
    isolation,
    hosts: { [GATEWAY_NAME]: `${api}/gateway` },
    tools: [...agents.map(({ dir, inside }) => ({ path: dir, to: inside })), ...toolchains()],
  });
  stops.push(() => sandbox.stop());
  const reddit = await startReddit({
    port: await freePort(8792),
    clientId: REDDIT_CLIENT_ID,
    clientSecret: secrets.redditSecret,
    seed: redditThings,
  });
  stops.push(() => reddit.stop());
  say(`forge, Reddit and sandbox up (isolation: ${isolation.kind})`);

  const at: Addresses = {
    api,
    dashboard: `http://127.0.0.1:${ports.dashboard}`,
    forge: forge.url,
    sandbox: sandbox.url,
    reddit: reddit.url,
  };
  const settings = writeWorkerSettings(at, secrets, {
    isolated: isolation.kind !== "none" || unsafe,
    programs: Object.fromEntries(agents.map(({ name, program }) => [name, program])),
  });
  const children = await startPlatform(ports, settings);
  await waitFor(`${at.api}/health`, children);
  await waitFor(`${at.dashboard}/sign-in`, children);
  say("worker and dashboard up");

  const local = await setUpInstallation(at, secrets);
  await connectForge(local, secrets.forgeToken);
  await pokeCron(at.api, "start");
  writeLocalFile(local);
  keepGoing(at.api, children);
  await playStoryOnce(local, secrets.forgeToken);
  console.log(`
  Soulcaster is ready.

    Sign in      ${local.signInUrl}
    Dashboard    ${local.dashboard}
    Code host    ${local.forge}/${SAMPLE_REPO}
    API          ${local.api}/docs

  Addresses and a token are in .soulcaster/local.json, logs in .soulcaster/logs. Stop with Ctrl+C.
`);
}

/** Another start of this checkout that answers is left alone; one that is on its way out is waited for. */
async function alreadyRunning(): Promise<boolean> {
  for (let tries = 0; tries < 10; tries++) {
    const pid = runningStart();
    const local = readLocalFile();
    if (pid === null) return false;
    if (local?.pid === pid && (await answers(`${local.api}/health`))) {
      console.log(`Soulcaster is running already (process ${pid}): ${local.dashboard}`);
      return true;
    }
    await pause(1_000);
  }
  return false;
}

function wipe(): void {
  for (const place of [STATE, BUILD_DIR, FORGE_DIR, SANDBOX_DIR, LOG_DIR])
    rmSync(place, { recursive: true, force: true });
  for (const file of ["local.json", "secrets.json", "story-played", "worker.json"]) {
    rmSync(path.join(HOME, file), { force: true });
  }
  say("earlier data wiped");
}

function explainNoIsolation(unsafe: boolean, reason: string | undefined): void {
  console.log(
    unsafe
      ? "  ! No isolation is possible here; --unsafe-sandbox was given: agents run as plain processes of yours."
      : `  ! No isolation is possible here (${reason ?? "no namespaces"}). Only repair_rules on the sample repository runs. Install bubblewrap, or pass --unsafe-sandbox if you trust what runs.`,
  );
}

/** The Worker and the dashboard, each under the platform's own runtime. */
async function startPlatform(
  ports: { api: number; dashboard: number },
  settings: string,
): Promise<ChildProcess[]> {
  const listen = (port: number) => ["--ip", "127.0.0.1", "--port", String(port)];
  const worker = startChild("worker", ["test/world/start/worker.ts", String(ports.api), settings], {
    cwd: ROOT,
    env: QUIET,
  });
  stops.push(() => stopChild(worker));
  const dashboard = startChild(
    "dashboard",
    [
      "node_modules/wrangler/bin/wrangler.js",
      "pages",
      "dev",
      ...listen(ports.dashboard),
      "--inspector-port",
      String(await freePort(9340)),
      "--show-interactive-dev-session=false",
    ],
    { cwd: path.join(ROOT, "web"), env: QUIET },
  );
  stops.push(() => stopChild(dashboard));
  for (const [name, child] of [
    ["worker", worker],
    ["dashboard", dashboard],
  ] as const) {
    child.once(
      "exit",
      () => void stop(1, `The ${name} ended by itself; see .soulcaster/logs/${name}.log.`),
    );
  }
  return [worker, dashboard];
}

async function waitFor(url: string, children: ChildProcess[]): Promise<void> {
  const until = Date.now() + START_LIMIT_MS;
  while (Date.now() < until) {
    if (stopping || children.some((child) => child.exitCode !== null)) return new Promise(() => {});
    if (await answers(url)) return;
    await pause(250);
  }
  throw new Error(
    `${url} did not answer within ${START_LIMIT_MS / 1000} seconds; see .soulcaster/logs.`,
  );
}

/** Cron does not fire locally, so it is poked; and a Worker that has died is noticed. */
function keepGoing(api: string, children: ChildProcess[]): void {
  const cron = setInterval(() => void pokeCron(api, "* * * * *"), CRON_EVERY_MS);
  let missed = 0;
  const look = setInterval(async () => {
    missed = (await refuses(`${api}/health`)) ? missed + 1 : 0;
    if (missed >= LOOKS_BEFORE_GIVING_UP && children.length > 0) {
      await stop(
        1,
        "The Worker does not answer any more; see .soulcaster/logs/worker.log. Start again: nothing is lost.",
      );
    }
  }, LOOK_EVERY_MS);
  stops.push(async () => {
    clearInterval(cron);
    clearInterval(look);
  });
}

async function pokeCron(api: string, cron: string): Promise<void> {
  await fetch(`${api}/cdn-cgi/handler/scheduled?cron=${encodeURIComponent(cron)}`).catch(
    () => undefined,
  );
}

async function playStoryOnce(
  local: Parameters<typeof playStory>[0],
  forgeToken: string,
): Promise<void> {
  const marker = path.join(HOME, "story-played");
  if (existsSync(marker) && readFileSync(marker, "utf8") === local.projectId) return;
  const count = await playStory(local, forgeToken);
  writeFileSync(marker, local.projectId);
  say(`${count} sample reports sent through the signed endpoints`);
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000), redirect: "manual" });
    return response.status < 500;
  } catch {
    return false;
  }
}

/** Whether nobody listens there any more. A Worker that is only slow is let be. */
async function refuses(url: string): Promise<boolean> {
  try {
    await fetch(url, { signal: AbortSignal.timeout(LOOK_EVERY_MS) });
    return false;
  } catch (error) {
    const { cause } = error as { cause?: { code?: string } };
    return cause?.code === "ECONNREFUSED" || cause?.code === "ECONNRESET";
  }
}

function say(text: string): void {
  console.log(`  ✓ ${text}`);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

main().catch((error: unknown) => stop(1, error instanceof Error ? error.message : String(error)));
