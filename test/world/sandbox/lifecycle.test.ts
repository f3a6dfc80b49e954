import { createHash, randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { AuthenticationError, CommandExitError, FileNotFoundError, Sandbox } from "e2b";
import { SandboxNotFoundError, TimeoutError } from "e2b";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isolatedKinds, play, tell, type Played } from "./for-tests";

const kinds = [...(await isolatedKinds()), "none"] as const;

describe.each(kinds)("the played e2b, with isolation %s", (kind) => {
  let played: Played;
  let sandbox: Sandbox;
  beforeAll(async () => {
    played = await play(kind);
    sandbox = await played.create({
      envs: { GREETING: "hello there" },
      metadata: { run: "one & only", kind },
      timeoutMs: 60_000,
    });
  });
  afterAll(async () => played.end());

  test("says which isolation it has", async () => {
    const answer = await fetch(`${played.url}/__world/isolation`);
    expect(await answer.json()).toEqual({ kind });
  });

  test("runs a command with its environment and working folder", async () => {
    const result = await sandbox.commands.run('echo "$GREETING $EXTRA"; pwd; echo oops >&2', {
      envs: { EXTRA: "ünïcode 'quoted' $HOME\nline" },
    });
    const [first, second, folder] = result.stdout.split("\n");
    expect([first, second]).toEqual(["hello there ünïcode 'quoted' $HOME", "line"]);
    expect(folder).toBe(kind === "none" ? `${folder?.replace(/\/home$/, "")}/home` : "/home/user");
    expect(result.stderr).toBe("oops\n");
  });

  test("tells of exit codes and signals", async () => {
    const failed = await sandbox.commands.run("echo no; exit 7").catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(CommandExitError);
    expect(failed).toMatchObject({ exitCode: 7, stdout: "no\n" });
    const killed = await sandbox.commands.run("kill -9 $$").catch((error: unknown) => error);
    expect(killed).toMatchObject({ exitCode: -1, error: "signal: killed" });
  });

  test("refuses a working folder that does not exist", async () => {
    await expect(sandbox.commands.run("pwd", { cwd: "/home/user/nowhere" })).rejects.toThrow(
      /does not exist/,
    );
  });

  test("gives commands pipes that can be opened by name", async () => {
    const { stdout, stderr } = await sandbox.commands.run(
      "echo a > /dev/stdout; echo b > /dev/stderr; echo c | tee /dev/stderr",
    );
    expect([stdout, stderr]).toEqual(["a\nc\n", "b\nc\n"]);
  });

  test("streams output while the command runs", async () => {
    const seen: { text: string; at: number }[] = [];
    const started = Date.now();
    await sandbox.commands.run("echo one; sleep 0.4; echo two >&2", {
      onStdout: (text) => void seen.push({ text, at: Date.now() - started }),
      onStderr: (text) => void seen.push({ text, at: Date.now() - started }),
    });
    expect(seen.map((one) => one.text)).toEqual(["one\n", "two\n"]);
    expect((seen[1]?.at ?? 0) - (seen[0]?.at ?? 0)).toBeGreaterThan(250);
  });

  test("keeps a background command when its client leaves, lets another one join, and kills it", async () => {
    const handle = await sandbox.commands.run("while :; do echo tick; sleep 0.05; done", {
      background: true,
      timeoutMs: 0,
    });
    await handle.disconnect();
    expect((await sandbox.commands.list()).map((one) => one.pid)).toContain(handle.pid);
    let ticks = "";
    const again = await sandbox.commands.connect(handle.pid, {
      onStdout: (text) => void (ticks += text),
    });
    await expect.poll(() => ticks).toMatch(/tick\ntick\n/);
    expect(await again.kill()).toBe(true);
    await expect(again.wait()).rejects.toMatchObject({ exitCode: -1 });
    expect(await sandbox.commands.kill(handle.pid)).toBe(false);
    expect((await sandbox.commands.list()).map((one) => one.pid)).not.toContain(handle.pid);
  });

  test("does not wait for what a command left in the background", async () => {
    const started = Date.now();
    const { stdout } = await sandbox.commands.run("sleep 30 & echo done");
    expect(stdout).toBe("done\n");
    expect(Date.now() - started).toBeLessThan(3000);
  });

  test("feeds standard input and closes it", async () => {
    const handle = await sandbox.commands.run("cat; echo end", { background: true, stdin: true });
    await handle.sendStdin("first\n");
    await sandbox.commands.sendStdin(handle.pid, "second\n");
    await handle.closeStdin();
    expect((await handle.wait()).stdout).toBe("first\nsecond\nend\n");
  });

  test("ends a command, and its children, when its time is over", async () => {
    const mark = randomBytes(4).toString("hex");
    const command = `bash -c 'sleep 31.5 & wait' ${mark}`;
    const failed = await sandbox.commands
      .run(command, { timeoutMs: 300 })
      .catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(TimeoutError);
    await expect.poll(() => sandbox.commands.list()).toHaveLength(0);
    const count = `ps -e -o args | grep -c '[${mark[0]}]${mark.slice(1)}'`;
    await expect.poll(async () => (await tell(sandbox, count)).stdout).toBe("0\n");
  });

  test("writes, reads, lists, moves and removes files", async () => {
    await sandbox.files.write("notes/a.txt", "hällo");
    await sandbox.files.write([
      { path: "/home/user/notes/b.txt", data: "b" },
      { path: "/tmp/c d.txt", data: "" },
    ]);
    expect(await sandbox.files.read("/home/user/notes/a.txt")).toBe("hällo");
    expect(await sandbox.files.read("/tmp/c d.txt")).toBe("");
    expect(await sandbox.files.exists("notes/none")).toBe(false);
    await expect(sandbox.files.read("notes/none")).rejects.toBeInstanceOf(FileNotFoundError);
    expect(await sandbox.files.makeDir("notes/deep/er")).toBe(true);
    expect(await sandbox.files.makeDir("notes/deep/er")).toBe(false);
    await sandbox.files.rename("notes/b.txt", "notes/deep/b2.txt");
    const entries = await sandbox.files.list("notes", { depth: 3 });
    expect(entries.map(({ path, type, size }) => ({ path, type, size }))).toEqual(
      expect.arrayContaining([
        { path: "/home/user/notes/a.txt", type: "file", size: 6 },
        { path: "/home/user/notes/deep", type: "dir", size: expect.any(Number) },
        { path: "/home/user/notes/deep/b2.txt", type: "file", size: 1 },
      ]),
    );
    const info = await sandbox.files.getInfo("notes/a.txt");
    expect(info).toMatchObject({ name: "a.txt", type: "file", size: 6, permissions: "-rw-r--r--" });
    expect(Math.abs(Number(info.modifiedTime) - Date.now())).toBeLessThan(60_000);
    await sandbox.files.remove("notes");
    expect(await sandbox.files.exists("notes")).toBe(false);
    expect((await sandbox.commands.run("ls /tmp", {})).exitCode).toBe(0);
  });

  test("carries binary content unchanged by form, by stream and packed", async () => {
    const bytes = randomBytes(300_000);
    const buffer = bytes.buffer.slice(
      bytes.byteOffset,
      bytes.byteOffset + bytes.length,
    ) as ArrayBuffer;
    await sandbox.files.write("form.bin", buffer);
    await sandbox.files.write("octets.bin", buffer, { useOctetStream: true });
    await sandbox.files.write("packed.bin", buffer, { gzip: true });
    for (const name of ["form.bin", "octets.bin", "packed.bin"]) {
      const back = await sandbox.files.read(name, { format: "bytes" });
      expect(Buffer.from(back).equals(bytes)).toBe(true);
    }
  });

  test("takes and gives a large file as a stream", async () => {
    const piece = randomBytes(1024 * 1024);
    const hash = createHash("sha256");
    let left = 24;
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (left-- === 0) return controller.close();
        hash.update(piece);
        controller.enqueue(piece);
      },
    });
    await sandbox.files.write("large.bin", stream, { requestTimeoutMs: 0 });
    const wanted = hash.digest("hex");
    const { stdout } = await sandbox.commands.run("sha256sum large.bin");
    expect(stdout.split(" ")[0]).toBe(wanted);
    const back = createHash("sha256");
    const reader = (await sandbox.files.read("large.bin", { format: "stream" })).getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      back.update(part.value);
    }
    expect(back.digest("hex")).toBe(wanted);
    await sandbox.files.remove("large.bin");
  });

  test("says what it knows of a sandbox, and lists by metadata and page", async () => {
    const info = await sandbox.getInfo();
    expect(info).toMatchObject({ sandboxId: sandbox.sandboxId, state: "running" });
    expect(Math.abs(Number(info.endAt) - Number(info.startedAt) - 60_000)).toBeLessThan(2000);
    const other = await played.create({ metadata: { run: "two" } });
    const list = Sandbox.list({
      ...played.connection,
      query: { metadata: { run: "one & only", kind } },
    });
    expect((await list.nextItems()).map((one) => one.sandboxId)).toEqual([sandbox.sandboxId]);
    const pages = Sandbox.list({ ...played.connection, limit: 1 });
    const all = [...(await pages.nextItems()), ...(await pages.nextItems())];
    expect(pages.hasNext).toBe(false);
    expect(new Set(all.map((one) => one.sandboxId))).toEqual(
      new Set([sandbox.sandboxId, other.sandboxId]),
    );
    expect(await other.kill()).toBe(true);
    expect(await other.kill()).toBe(false);
    expect(await other.isRunning()).toBe(false);
    await expect(other.commands.run("true")).rejects.toBeInstanceOf(SandboxNotFoundError);
    await expect(other.files.read("a")).rejects.toBeInstanceOf(TimeoutError);
  });

  test("connects to a sandbox that another client created", async () => {
    await sandbox.files.write("shared.txt", "from the first");
    const same = await Sandbox.connect(sandbox.sandboxId, played.connection);
    expect(await same.files.read("shared.txt")).toBe("from the first");
  });

  test("ends a sandbox when its time is over", async () => {
    const short = await played.create({ timeoutMs: 60_000 });
    const running = short.commands.run("sleep 30").catch((error: unknown) => error);
    await short.setTimeout(1000);
    await expect.poll(() => short.isRunning(), { timeout: 4000 }).toBe(false);
    expect(await running).toBeInstanceOf(Error);
    await expect(short.getInfo()).rejects.toThrow(/not found/);
  });

  test("lets in only those who know the key and the token", async () => {
    const stranger = { ...played.connection, apiKey: `e2b_${"0".repeat(40)}` };
    await expect(Sandbox.create(stranger)).rejects.toBeInstanceOf(AuthenticationError);
    await expect(Sandbox.list(stranger).nextItems()).rejects.toBeInstanceOf(AuthenticationError);
    const answer = await fetch(`${played.url}/files?path=shared.txt`, {
      headers: { "e2b-sandbox-id": sandbox.sandboxId, "x-access-token": "guess" },
    });
    expect(answer.status).toBe(401);
    await expect(sandbox.commands.run("id", { user: "root" })).rejects.toBeInstanceOf(
      AuthenticationError,
    );
  });

  test("fails on demand", async () => {
    played.standIn.addFault({ match: "/v2/sandboxes", kind: "status", status: 503 });
    await expect(played.create()).rejects.toMatchObject({ statusCode: 503 });
    played.standIn.addFault({ match: "/process.Process/Start", kind: "status", status: 429 });
    await expect(sandbox.commands.run("true")).rejects.toThrow();
    await expect(sandbox.commands.run("true")).resolves.toMatchObject({ exitCode: 0 });
  });

  test("runs short commands without much ado", async () => {
    const times: number[] = [];
    for (let round = 0; round < 11; round++) {
      const started = performance.now();
      await sandbox.commands.run("true");
      times.push(performance.now() - started);
      await pause(1);
    }
    times.sort((one, other) => one - other);
    expect(times[5]).toBeLessThan(200);
  });
});
