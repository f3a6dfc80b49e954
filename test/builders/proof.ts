import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { systemActor } from "../../worker/domain/actor";
import type { Evidence } from "../../worker/domain/evidence";
import type { RunDeps } from "../../worker/fix/deps";
import { prove, readySandbox } from "../../worker/fix/proof-round";
import { createE2bSandboxes } from "../../worker/fix/sandbox/e2b";
import { REPO_DIR, type Sandboxes } from "../../worker/fix/sandbox/sandbox";
import { testBase } from "../../worker/fix/stages/baseline";
import { checkSyntax } from "../../worker/fix/stages/check-syntax";
import { collect } from "../../worker/fix/stages/collect";
import type { RunContext, Stage } from "../../worker/fix/stages/context";
import { refuseBroken } from "../../worker/fix/stages/judge";
import { openDb } from "../../worker/store/db";
import type { Played } from "../world/sandbox/for-tests";

/** Files by path; null deletes one. */
export type Files = Record<string, string | null>;

export type ProofInput = {
  base: Record<string, string>;
  change: Files;
  /** Settings of the project. */
  project?: { pathPrefix?: string; setupCommand?: string; testCommand?: string };
  crash?: { type: string; message: string };
  registryHosts?: string[];
};

/** What became of a change. `failure`: the words with which a stage ended the run. */
export type Proof = Partial<Evidence> & { failure: string | null; log: string[] };

/**
 * Sends a change of a small repository through the product's own stages in real sandboxes: set-up, lock, baseline, collect, syntax,
 * and the whole proof. Only the code host, the archive and the database's writes are stood in for.
 */
export async function proveChange(played: Played, input: ProofInput): Promise<Proof> {
  const folder = mkdtempSync(path.join(tmpdir(), "soulcaster-base-"));
  const sandboxes = createE2bSandboxes({ ...played.connection, template: "base" });
  const runId = crypto.randomUUID();
  const log: string[] = [];
  try {
    writeFiles(folder, input.base);
    const evidence = await throughStages(contextFor(runId, sandboxes, folder, input, log), input);
    return { ...evidence, log };
  } finally {
    await sandboxes.close(runId);
    rmSync(folder, { recursive: true, force: true });
  }
}

async function throughStages(
  context: RunContext,
  { change }: ProofInput,
): Promise<Partial<Evidence> & { failure: string | null }> {
  const stage = (async (_name: string, work: (context: RunContext) => Promise<unknown>) =>
    work(context)) as Stage;
  const evidence = () => context.run.evidence ?? {};
  try {
    const { id: workId } = await readySandbox(stage, "base", "work");
    const { test } = await testBase(context, workId);
    const sandbox = await context.deps.sandboxes().connect(workId);
    for (const [file, text] of Object.entries(change)) {
      if (text === null) await sandbox.run(`rm -f '${REPO_DIR}/${file}'`, { timeoutMs: 10_000 });
      else await sandbox.write(`${REPO_DIR}/${file}`, text);
    }
    const collected = await collect(context, workId);
    const { faults, flags } = await checkSyntax(context, workId, collected.files);
    if (faults[0]) throw new Error(`The change does not parse: ${faults[0]}`);
    const { id: proofId, fault } = await readySandbox(stage, "base", "proof");
    const all = fault ? [...flags, fault] : flags;
    const place = { proofId, test, baseBranch: "main", summary: "", flags: all, review: null };
    await prove(stage, place, collected, "");
    await refuseBroken(context);
    return { ...evidence(), failure: null };
  } catch (error) {
    return { ...evidence(), failure: error instanceof Error ? error.message : String(error) };
  }
}

function contextFor(
  runId: string,
  sandboxes: Sandboxes,
  folder: string,
  { project, crash, registryHosts }: ProofInput,
  log: string[],
): RunContext {
  const kept = new Map<string, Uint8Array>();
  const run = { id: runId, projectId: "project", evidence: null } as unknown as RunContext["run"];
  const deps = {
    db: openDb(writesInto()),
    clock: Date.now,
    registryHosts: registryHosts ?? ["registry.npmjs.org"],
    sandboxes: () => sandboxes,
    forgeOf: () => ({ archive: async () => archiveOf(folder) }),
    archive: {
      put: async (key: string, value: string | Uint8Array) => {
        kept.set(key, typeof value === "string" ? new TextEncoder().encode(value) : value);
        if (key.endsWith("/patch.diff")) run.artifactKey = key;
        if (key.endsWith("/evidence.json")) run.evidence = JSON.parse(String(value)) as Evidence;
      },
      get: async (key: string) => (kept.has(key) ? new Response(kept.get(key)!.slice()) : null),
    },
  } as unknown as RunDeps;
  return {
    deps,
    run,
    who: systemActor("run", "project"),
    project: {
      pathPrefix: project?.pathPrefix ?? null,
      setupCommand: project?.setupCommand ?? null,
      testCommand: project?.testCommand ?? null,
    } as unknown as RunContext["project"],
    plan: {
      content: { crash: crash ? { ...crash, frames: [] } : null },
    } as unknown as RunContext["plan"],
    say: async ({ text }) => void log.push(text),
  };
}

/** A database that takes every write: what the stages write is read from the archive. */
function writesInto(): D1Database {
  const statement = { bind: () => statement };
  return {
    prepare: () => statement,
    batch: async (all: unknown[]) => all.map(() => ({ results: [] })),
  } as unknown as D1Database;
}

function writeFiles(folder: string, files: Record<string, string>): void {
  for (const [file, text] of Object.entries(files)) {
    const at = path.join(folder, file);
    mkdirSync(path.dirname(at), { recursive: true });
    writeFileSync(at, text, { mode: text.startsWith("#!") ? 0o755 : 0o644 });
  }
}

function archiveOf(folder: string): ReadableStream<Uint8Array> {
  const tar = spawn("tar", ["-czf", "-", "-C", path.dirname(folder), path.basename(folder)]);
  return Readable.toWeb(tar.stdout) as ReadableStream<Uint8Array>;
}

/** The lock file of a package.json, made by npm itself. Throws where its registry does not answer. */
export function lockOf(manifest: string, more: Record<string, string> = {}): string {
  const folder = mkdtempSync(path.join(tmpdir(), "soulcaster-lock-"));
  try {
    writeFiles(folder, { "package.json": manifest, ...more });
    execFileSync("npm", ["install", "--package-lock-only", "--ignore-scripts", "--no-audit"], {
      cwd: folder,
      stdio: "ignore",
      timeout: 120_000,
    });
    return readFileSync(path.join(folder, "package-lock.json"), "utf8");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
