import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { chown, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Sandbox } from "e2b";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { API_KEY, tell } from "./for-tests";

type Case = { kind: "bubblewrap" | "unshare"; user: string; uid: number | undefined };

const PROGRAM = join(import.meta.dirname, "service-process.ts");
const ORDINARY_UID = 12_345;

/** What a user of this machine can have, found by trying as that user. As root we can also try as somebody else. */
function casesOf(user: string, uid: number | undefined): Case[] {
  const who = uid === undefined ? {} : { uid, gid: uid };
  const said = spawnSync(process.execPath, ["--import", "tsx", PROGRAM, "--probe"], who);
  if (said.status !== 0) return [];
  const kinds = JSON.parse(said.stdout.toString("utf8")) as Case["kind"][];
  const tried = process.env["SOULCASTER_DEEP"] ? kinds : kinds.slice(0, 1);
  return tried.map((kind) => ({ kind, user, uid }));
}

const isRoot = process.getuid?.() === 0;
const own = casesOf(isRoot ? "root" : "an ordinary user", undefined);
const cases = [...own, ...(isRoot ? casesOf("an ordinary user", ORDINARY_UID) : [])];

let dir: string;
let running: { child: ChildProcess; exited: Promise<unknown> }[] = [];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "soulcaster-survival-"));
});
afterEach(async () => {
  for (const { child, exited } of running) {
    child.kill("SIGKILL");
    await exited;
  }
  running = [];
  await rm(dir, { recursive: true, force: true });
});

async function start({ kind, uid }: Case): Promise<{
  connection: { apiUrl: string; sandboxUrl: string; apiKey: string };
  child: ChildProcess;
  exited: Promise<unknown>;
}> {
  const home = join(dir, "sandboxes");
  const options = { dir: home, apiKey: API_KEY, isolation: { kind } };
  await mkdir(home, { recursive: true });
  await writeFile(join(dir, "options.json"), JSON.stringify(options));
  if (uid !== undefined) for (const path of [dir, home]) await chown(path, uid, uid);
  const child = spawn(process.execPath, ["--import", "tsx", PROGRAM, join(dir, "options.json")], {
    stdio: ["pipe", "pipe", "pipe"],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  const exited = new Promise((resolve) => child.once("exit", resolve));
  running.push({ child, exited });
  let complaints = "";
  child.stderr.on("data", (text: Buffer) => (complaints += text.toString()));
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.once("data", (text: Buffer) => resolve(text.toString().trim()));
    child.once("close", () => reject(new Error(complaints)));
  });
  return { connection: { apiUrl: url, sandboxUrl: url, apiKey: API_KEY }, child, exited };
}

describe.each(cases)("a service with isolation $kind, run by $user", (one) => {
  test("leaves no process behind when killed, and tells the truth after a restart", async () => {
    const { connection, child, exited } = await start(one);
    const sandbox = await Sandbox.create({ ...connection, metadata: { run: "1" } });
    expect((await tell(sandbox, "id -u; cat ~/x")).stdout).toMatch(/^[1-9]\d+\n/);
    await sandbox.files.write("kept.txt", "x");
    await sandbox.commands.run("sleep 3611.5", { background: true, timeoutMs: 0 });
    await sandbox.commands.run("(setsid sleep 3612.5 >/dev/null 2>&1 &) ; chmod 000 ~");
    expect((await processesOf(dir)).join("\n")).toMatch(/sleep 3611\.5[^]*sleep 3612\.5/);

    child.kill("SIGKILL");
    await exited;

    await expect.poll(() => processesOf(dir), { timeout: 5000 }).toEqual([]);
    const again = await start(one);
    expect(await Sandbox.list(again.connection).nextItems()).toEqual([]);
    await expect(Sandbox.connect(sandbox.sandboxId, again.connection)).rejects.toThrow(/not found/);
    const answer = await fetch(`${again.connection.apiUrl}/health`, {
      headers: { "e2b-sandbox-id": sandbox.sandboxId },
    });
    expect(answer.status).toBe(502);
    expect(await readdir(join(dir, "sandboxes"))).toEqual(["service.json"]);
  });
});

describe.each(own)("a service with isolation $kind", (one) => {
  test("leaves nothing behind when it stops, and shares its folder with no other", async () => {
    const first = await start(one);
    const sandbox = await Sandbox.create(first.connection);
    await sandbox.commands.run("(setsid sleep 3613.5 >/dev/null 2>&1 &) ; echo");
    await expect(start(one)).rejects.toThrow(/another sandbox service/);
    first.child.stdin?.end();
    await first.exited;
    expect(await processesOf(dir)).toEqual([]);
    expect(await readdir(join(dir, "sandboxes"))).toEqual([]);
  });
});

/** The processes of the host that belong to the service in `folder`: by their words, or as the sleeps that these tests start. */
async function processesOf(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const pid of await readdir("/proc")) {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) continue;
    const words = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    const text = words.replaceAll("\0", " ").trim();
    if (text.includes(folder)) found.push(text);
    else if (/^sleep 361\d\.5$/.test(text)) found.push(text);
  }
  return found;
}
