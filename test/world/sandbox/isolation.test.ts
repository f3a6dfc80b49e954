import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { FileNotFoundError, type Sandbox } from "e2b";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FORGE, GATEWAY, isolatedKinds, open, play, tell, type Played } from "./for-tests";

const kinds = await isolatedKinds();
const LOCKED = {
  allowInternetAccess: false,
  network: { allowOut: [GATEWAY], denyOut: ["0.0.0.0/0"] },
};
const PLAIN_HTTP = `
const http = require("node:http");
http.get(process.argv[2], (answer) => {
  let text = "";
  answer.on("data", (chunk) => (text += chunk));
  answer.on("end", () => console.log(answer.statusCode, text));
}).on("error", (error) => console.log("error", error.code));
`;
const FETCH = `fetch(process.argv[2]).then(async (r) => console.log(r.status, await r.text()), (e) => console.log("error", e.cause?.code));`;

test("this machine's isolation is one that the tests can be made for, or there is none", async () => {
  const { detectIsolation } = await import("./index");
  const found = await detectIsolation();
  expect(found.kind).toBe(kinds[0] ?? "none");
});

describe.each(kinds)("a locked sandbox, with isolation %s", (kind) => {
  let played: Played;
  let sandbox: Sandbox;
  let forge: Server;
  let forgeUrl = "";
  beforeAll(async () => {
    played = await play(kind);
    sandbox = await played.create(LOCKED);
    forge = createServer((_request, response) => response.end("forge"));
    forgeUrl = await open(forge);
    await sandbox.files.write("plain.cjs", PLAIN_HTTP);
    await sandbox.files.write("fetch.cjs", FETCH);
  });
  afterAll(async () => {
    forge.close();
    await played.end();
  });

  test("reaches the gateway by plain Node, by fetch and by curl, with and without the proxy", async () => {
    const url = `http://${GATEWAY}/v1/models?a=b`;
    const wanted = "gateway:/gateway/v1/models?a=b:";
    const ways = [
      `node plain.cjs '${url}'`,
      `node fetch.cjs '${url}'`,
      `curl -s '${url}'`,
      `curl -s --noproxy '*' '${url}'`,
      `curl -s --proxytunnel '${url}'`,
      `curl -s --noproxy '*' 'http://${GATEWAY}:4801/v1/models?a=b'`,
    ];
    const { stdout } = await sandbox.commands.run(ways.map((way) => `${way}; echo`).join("\n"));
    expect(stdout.split(wanted)).toHaveLength(ways.length + 1);
  });

  test("sends bodies through, and nothing of what only the proxy should see", async () => {
    const { stdout } = await sandbox.commands.run(
      `printf 'a body' | curl -s -H 'x-forwarded-for: 1.2.3.4' -H 'authorization: Bearer k' --data-binary @- http://${GATEWAY}/post`,
    );
    expect(stdout).toBe("gateway:/gateway/post:a body");
    const seen = played.gateway.seen.at(-1);
    expect(seen?.headers).toMatchObject({ authorization: "Bearer k" });
    expect(seen?.headers["x-forwarded-for"]).toBeUndefined();
    expect(seen?.headers.host).toBe(new URL(played.gateway.url).host);
  });

  test("cannot leave the path of the gateway", async () => {
    for (const path of ["/../forge/x", "/%2e%2e/forge/x", "/..\\forge/x", "/a/../../forge/x"]) {
      await sandbox.commands.run(`curl -s --path-as-is 'http://${GATEWAY}${path}'`);
      expect(played.gateway.seen.at(-1)?.url).toMatch(/^\/gateway\//);
    }
  });

  test("reaches neither other virtual hosts, nor the host's ports, nor the internet", async () => {
    const port = new URL(forgeUrl).port;
    const targets = [
      `http://${FORGE}/x`,
      `http://127.0.0.1:${port}/`,
      `http://localhost:${port}/`,
      `http://[::1]:${port}/`,
      `http://10.0.0.1:${port}/`,
      `http://169.254.169.254/latest/meta-data`,
      `http://example.com/`,
      `${played.url}/v2/sandboxes`,
    ];
    const lines = targets.flatMap((url) => [
      `curl -s -m 3 -o /dev/null -w '%{http_code} ' --noproxy '*' '${url}'`,
      `curl -s -m 3 -o /dev/null -w '%{http_code} ' --noproxy '' -x http://127.0.0.1:3128 '${url}'`,
      `curl -s -m 3 -o /dev/null -w '%{http_connect} ' --noproxy '' -p -x http://127.0.0.1:3128 '${url}'`,
    ]);
    const { stdout } = await tell(sandbox, lines.join("\n"));
    const codes = stdout.trim().split(" ");
    expect(codes).toHaveLength(lines.length);
    expect(codes.filter((code) => !["000", "403"].includes(code))).toEqual([]);
    const direct = await tell(
      sandbox,
      `exec 3<>/dev/tcp/1.1.1.1/53 && echo open; cat /proc/net/route`,
    );
    expect(direct.stdout).not.toContain("open");
    expect(direct.stdout.trim().split("\n")).toHaveLength(1);
  });

  test("sees nothing of the host's files and of other sandboxes", async () => {
    const other = await played.create({ metadata: { who: "neighbour" } });
    await other.files.write("secret.txt", "the neighbour's");
    await other.files.write("/tmp/secret.txt", "the neighbour's");
    const far = other.commands.run("sleep 33.25").catch(() => {});
    await mkdir(join(played.dir, "host"), { recursive: true });
    await writeFile(join(played.dir, "host", "file.txt"), "host");
    const checkout = process.cwd();
    const { stdout } = await tell(
      sandbox,
      [
        `ls -A '${played.dir}' '${checkout}' /root /home /tmp /var /run /srv /mnt /sys /boot 2>/dev/null`,
        "echo ---",
        "ls -A /home/user | tr '\\n' ' '",
        "echo ---",
        "cat /etc/shadow /etc/hostname; cat /proc/1/environ; ls /proc/1/root /proc/1/cwd; ls -A /dev | tr '\\n' ' '",
        "echo ---",
        "ps -e -o args",
        "echo ---",
        "cut -d' ' -f5 /proc/self/mountinfo",
        "echo ---",
        "env | cut -d= -f1 | sort | tr '\\n' ' '",
      ].join("\n"),
    );
    const [folders, home, odd, processes, mounts, variables] = stdout.split("---\n");
    const shown = folders?.split("\n").filter((line) => line && !line.endsWith(":"));
    expect(shown).toEqual(["user", "tmp"]);
    expect(home).toBe("fetch.cjs plain.cjs ");
    expect(odd?.split("\n")[0]).toBe("sandbox");
    expect(odd).not.toMatch(/vda|sda|kmsg|mem |fuse|kvm/);
    expect(processes).not.toContain("33.25");
    expect(processes).not.toContain("vitest");
    expect(mounts).not.toContain(played.dir);
    expect(variables).not.toMatch(/API_KEY|NODE_CHANNEL|VITEST|SSH/);
    await other.kill();
    await far;
  });

  test("runs as nobody special, without rights, on a system that cannot be changed", async () => {
    const { stdout } = await tell(
      sandbox,
      [
        "id -u; whoami; grep -E '^(CapEff|CapPrm|CapInh|CapAmb|CapBnd|NoNewPrivs):' /proc/self/status | tr -d '\\t'",
        "for at in / /usr /etc /dev /opt /usr/bin /etc/passwd /run /var; do touch $at/x 2>/dev/null && echo wrote $at; done",
        "mount -t tmpfs x /tmp 2>/dev/null && echo mounted; chown 0 ~ 2>/dev/null && echo chowned",
        "kill -9 1; kill -STOP 1; echo x > /proc/1/mem && echo wrote mem",
        "mknod /tmp/disk b 254 0 2>/dev/null && echo node; su -c id </dev/null 2>/dev/null | grep uid=0",
        "echo 1 > /proc/sys/kernel/panic && echo sysctl; echo b > /proc/sysrq-trigger && echo sysrq",
        "touch ~/own /tmp/own && echo own; true",
      ].join("\n"),
    );
    const [uid, name, ...rest] = stdout.trim().split("\n");
    expect(Number(uid)).toBeGreaterThan(0);
    expect(name).toBe("user");
    expect(rest).toEqual([
      "CapInh:0000000000000000",
      "CapPrm:0000000000000000",
      "CapEff:0000000000000000",
      "CapBnd:0000000000000000",
      "CapAmb:0000000000000000",
      "NoNewPrivs:1",
      "own",
    ]);
    expect(await sandbox.isRunning()).toBe(true);
  });

  test("does not let the file API follow links out of its folders", async () => {
    // In a folder that is the same inside: a link to one that the sandbox has of its own leads to its own files.
    const outside = "/usr/bin";
    const secret = "/usr/bin/env";
    const before = await readFile(secret, "utf8");
    await sandbox.commands.run(
      `ln -s '${secret}' link; ln -s '${outside}' folder; ln -s /etc etc; ln -s / top; ln -s /proc/1/root proc`,
    );
    await expect(sandbox.files.read("link")).rejects.toThrow(/only paths under|no such file/);
    await expect(sandbox.files.read("folder/package.json")).rejects.toThrow(
      /only paths under|no such file/,
    );
    await expect(sandbox.files.write("link", "changed")).rejects.toThrow(
      /only paths under|no such file/,
    );
    await expect(sandbox.files.write("folder/new.txt", "new")).rejects.toThrow(
      /only paths under|no such file/,
    );
    await expect(sandbox.files.list("top")).rejects.toThrow(/only paths under|no such file/);
    await expect(sandbox.files.read("proc/etc/passwd")).rejects.toThrow(
      /only paths under|no such file/,
    );
    await expect(sandbox.files.read("etc/passwd")).rejects.toThrow(/only paths under|no such file/);
    await expect(sandbox.files.rename("plain.cjs", "folder/x")).rejects.toThrow(
      /only paths under|no such file/,
    );
    await expect(sandbox.files.remove("folder/package.json")).rejects.toThrow(
      /only paths under|no such file/,
    );
    await expect(sandbox.files.read("../../etc/passwd")).rejects.toThrow(
      /only paths under|no such file/,
    );
    await expect(sandbox.files.read(secret)).rejects.toThrow(/only paths under|no such file/);
    expect(await sandbox.files.getInfo("link")).toMatchObject({ symlinkTarget: secret });
    await sandbox.files.remove("folder");
    expect(await readFile(secret, "utf8")).toBe(before);
    await expect(sandbox.files.read("none")).rejects.toBeInstanceOf(FileNotFoundError);
  });
});

describe.each(kinds)("locking a sandbox, with isolation %s", (kind) => {
  const tool = join(process.cwd(), "node_modules", "hono");
  let played: Played;
  beforeAll(async () => {
    played = await play(kind, { tools: [{ path: tool, to: "/opt/tool" }] });
  });
  afterAll(async () => played.end());

  test("ends what ran before, cuts what was open, and keeps the files", async () => {
    const sandbox = await played.create({
      network: { allowOut: [GATEWAY, FORGE], denyOut: ["0.0.0.0/0"] },
    });
    await sandbox.commands.run("echo kept > ~/kept; echo kept > /tmp/kept");
    await sandbox.commands.run("setsid sleep 34.5 >/dev/null 2>&1 & echo started");
    const open = await sandbox.commands.run(
      `exec 3<>/dev/tcp/${FORGE}/80; printf 'GET /first HTTP/1.1\\r\\nHost: ${FORGE}\\r\\n\\r\\n' >&3; read -r line <&3; echo "$line"; cat <&3`,
      { background: true },
    );
    await expect.poll(() => open.stdout).toContain("HTTP/1.1 200");
    const ended = open.wait().catch((error: unknown) => error);
    expect((await tell(sandbox, `curl -s http://${FORGE}/a`)).stdout).toBe("gateway:/forge/a:");

    await sandbox.updateNetwork({ allowOut: [GATEWAY], denyOut: ["0.0.0.0/0"] });

    expect(await ended).toMatchObject({ exitCode: -1, error: expect.stringContaining("narrowed") });
    const { stdout } = await tell(
      sandbox,
      `ps -e -o args | grep -c '[s]leep 34.5'; cat ~/kept /tmp/kept; curl -s http://${GATEWAY}/a; curl -s -w '%{http_code}' -o /dev/null http://${FORGE}/a`,
    );
    expect(stdout).toBe("0\nkept\nkept\ngateway:/gateway/a:403");
    expect((await sandbox.getInfo()).network).toMatchObject({ allowOut: [GATEWAY] });
  });

  test("leaves everything running when the list only grows", async () => {
    const sandbox = await played.create({ network: { allowOut: [], denyOut: ["0.0.0.0/0"] } });
    const handle = await sandbox.commands.run("sleep 0.8; echo still here", { background: true });
    expect((await tell(sandbox, `curl -s http://${GATEWAY}/a`)).stdout).toContain("not allowed");
    await sandbox.updateNetwork({ allowOut: [GATEWAY], denyOut: ["0.0.0.0/0"] });
    expect((await tell(sandbox, `curl -s http://${GATEWAY}/a`)).stdout).toBe("gateway:/gateway/a:");
    expect((await handle.wait()).stdout).toBe("still here\n");
  });

  test("does not open by an update what was created closed", async () => {
    const sandbox = await played.create({ allowInternetAccess: false });
    await sandbox.updateNetwork({ allowOut: [GATEWAY] });
    const { stdout } = await tell(sandbox, "curl -s http://1.1.1.1/");
    expect(stdout).toContain("not allowed");
  });

  test("lets a server inside be reached from inside", async () => {
    const sandbox = await played.create({ allowInternetAccess: false });
    const { stdout } = await sandbox.commands.run(
      `node -e 'require("http").createServer((q, r) => r.end("inside")).listen(3000)' & sleep 0.5; curl -s http://localhost:3000/; kill %1`,
    );
    expect(stdout).toBe("inside");
  });

  test("shows the tools it was given, and only reads them", async () => {
    const sandbox = await played.create({ allowInternetAccess: false });
    const { stdout } = await tell(
      sandbox,
      `ls '${process.cwd()}' 2>&1; touch /opt/tool/x || cat /opt/tool/package.json`,
    );
    expect(stdout).toMatch(/^ls: cannot access .*\n\{/);
    expect(stdout).toContain('"name": "hono"');
  });
});
