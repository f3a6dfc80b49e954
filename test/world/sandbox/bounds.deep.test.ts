import { readdir, readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isolatedKinds, play, tell, type Played } from "./for-tests";

const MIB = 1024 * 1024;
const kinds = await isolatedKinds();

describe.each(kinds)("what a sandbox may use, with isolation %s", (kind) => {
  let played: Played;
  beforeAll(async () => {
    played = await play(kind, {
      limits: { processes: 64, fileBytes: 48 * MIB, diskBytes: 96 * MIB },
    });
  });
  afterAll(async () => played.end());

  async function answerTime(): Promise<number> {
    const started = Date.now();
    await (await fetch(`${played.url}/__world/sandboxes`)).text();
    return Date.now() - started;
  }

  test("bounds a fork bomb, which hurts neither the service nor other sandboxes", async () => {
    const [bombed, other] = await Promise.all([played.create(), played.create()]);
    const bomb = await bombed.commands.run(":(){ :|:& };:; sleep 20", {
      background: true,
      timeoutMs: 0,
    });
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await answerTime()).toBeLessThan(3000);
    expect((await other.commands.run("echo fine")).stdout).toBe("fine\n");
    expect(await bombed.kill()).toBe(true);
    await bomb.wait().catch(() => {});
    expect(await other.isRunning()).toBe(true);
    await other.kill();
  });

  test("bounds the size of one file, by command and by upload", async () => {
    const sandbox = await played.create();
    const made = await tell(
      sandbox,
      "head -c 5G /dev/zero > big; stat -c %s big; fallocate -l 5G x",
    );
    expect(made.stdout).toBe(`${48 * MIB}\n`);
    expect(made.exitCode).not.toBe(0);
    const piece = new Uint8Array(MIB);
    let left = 60;
    const stream = new ReadableStream<Uint8Array>({
      pull: (controller) => (left-- > 0 ? controller.enqueue(piece) : controller.close()),
    });
    await expect(sandbox.files.write("upload", stream)).rejects.toThrow(/space|larger/);
    await sandbox.kill();
  });

  test("calls a sandbox gone when its process 1 is", async () => {
    const sandbox = await played.create();
    const running = sandbox.commands.run("sleep 20").catch((error: unknown) => error);
    await expect.poll(() => sandbox.commands.list()).toHaveLength(1);
    process.kill(await holderOf(sandbox.sandboxId), "SIGKILL");
    await expect.poll(() => sandbox.isRunning()).toBe(false);
    expect(await running).toMatchObject({ exitCode: -1 });
    await expect(sandbox.getInfo()).rejects.toThrow(/not found/);
  });

  test("ends what fills the disk, and says so", async () => {
    const sandbox = await played.create();
    const failed = await sandbox.commands
      .run("for i in 1 2 3 4 5 6; do head -c 40M /dev/zero > f$i; done; sleep 20")
      .catch((error: unknown) => error);
    expect(failed).toMatchObject({ exitCode: -1, error: expect.stringContaining("96 MiB") });
    await sandbox.commands.run("rm -f f*");
    await sandbox.kill();
  });

  test("does not hold endless output: a slow reader makes the command wait", async () => {
    const sandbox = await played.create();
    const token = await tokenOf(played, sandbox.sandboxId);
    const body = frame({ process: { cmd: "/bin/bash", args: ["-c", "yes | tee count"] } });
    const answer = await fetch(`${played.url}/process.Process/Start`, {
      method: "POST",
      headers: {
        "content-type": "application/connect+json",
        "e2b-sandbox-id": sandbox.sandboxId,
        "x-access-token": token,
      },
      body: body as BodyInit,
    });
    const reader = answer.body?.getReader();
    await reader?.read();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const before = (await sandbox.files.getInfo("count")).size;
    await new Promise((resolve) => setTimeout(resolve, 300));
    const after = (await sandbox.files.getInfo("count")).size;
    expect(after).toBe(before);
    expect(after).toBeLessThan(24 * MIB);
    await reader?.cancel();
    await sandbox.kill();
  });

  test("stops a client's endless output by the time limit, with the service still answering", async () => {
    const sandbox = await played.create();
    let bytes = 0;
    const running = sandbox.commands
      .run("yes", { timeoutMs: 1000, onStdout: (text) => void (bytes += text.length) })
      .catch((error: unknown) => error);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await answerTime()).toBeLessThan(2000);
    expect(await running).toBeInstanceOf(Error);
    expect(bytes).toBeGreaterThan(0);
    await expect.poll(() => sandbox.commands.list()).toHaveLength(0);
    await sandbox.kill();
  });
});

/** The host's id of a sandbox's process 1: the child of the program that made its namespaces, which has its id in a path. */
async function holderOf(id: string): Promise<number> {
  for (const pid of await readdir("/proc")) {
    const words = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    if (!words.includes(id) || !/^(bwrap|unshare)\0/.test(words)) continue;
    const children = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8");
    if (children.trim()) return Number(children);
  }
  throw new Error("no process 1 found");
}

async function tokenOf(played: Played, id: string): Promise<string> {
  const answer = await fetch(`${played.url}/v2/sandboxes/${id}/connect`, {
    method: "POST",
    headers: { "x-api-key": played.connection.apiKey, "content-type": "application/json" },
    body: "{}",
  });
  const { envdAccessToken } = (await answer.json()) as { envdAccessToken: string };
  return envdAccessToken;
}

function frame(message: unknown): Buffer {
  const text = Buffer.from(JSON.stringify(message));
  const header = Buffer.alloc(5);
  header.writeUInt32BE(text.length, 1);
  return Buffer.concat([header, text]);
}
