import { createServer, request, type Server } from "node:http";
import { connect, createServer as createTcpServer, type AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { createEgress, splitAuthority, type EgressOptions } from "./egress";
import { open } from "./for-tests";

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function serverSaying(text: string): Promise<{ port: number }> {
  const server: Server = createServer((asked, answer) => answer.end(`${text} ${asked.url}`));
  const url = await open(server);
  closers.push(
    () => server.close(),
    () => server.closeAllConnections(),
  );
  return { port: Number(new URL(url).port) };
}

async function proxy(options: EgressOptions): Promise<{ port: number; cut(): void }> {
  const egress = createEgress(options);
  const server = createTcpServer((socket) => egress.accept(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => server.close(), egress.cut);
  return { port: (server.address() as AddressInfo).port, cut: egress.cut };
}

function get(port: number, url: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: "127.0.0.1", port, path: url, agent: false }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (piece: string) => (text += piece));
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, text }));
    });
    asked.on("error", reject).end();
  });
}

describe("the way out of a sandbox", () => {
  test("passes on to an outside host that the policy allows, at the address that was checked", async () => {
    const { port } = await serverSaying("outside");
    let lookups = 0;
    const way = await proxy({
      policy: () => ({ internet: false, allowOut: ["*.example.org"], denyOut: [] }),
      hosts: {},
      resolve: async () => (lookups++ === 0 ? ["127.0.0.1"] : ["203.0.113.9"]),
      isForbidden: () => false,
    });
    const answer = await get(way.port, `http://www.example.org:${port}/a?b=c`);
    expect(answer).toEqual({ status: 200, text: "outside /a?b=c" });
    expect(lookups).toBe(1);
  });

  test("never connects to the host or its network, whatever name leads there", async () => {
    const { port } = await serverSaying("host");
    const way = await proxy({
      policy: () => ({ internet: true, allowOut: ["rebound.example", "127.0.0.1"], denyOut: [] }),
      hosts: {},
      resolve: async (host) =>
        host === "mixed.example" ? ["93.184.215.14", "10.0.0.7"] : ["127.0.0.1"],
    });
    const targets = [
      "rebound.example",
      "mixed.example",
      "127.0.0.1",
      "localhost",
      "[::1]",
      "0.0.0.0",
    ];
    for (const target of [...targets, "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"]) {
      expect((await get(way.port, `http://${target}:${port}/`)).status).toBe(403);
    }
  });

  test("tunnels where the policy allows, and cuts the tunnel on demand", async () => {
    const echo = createTcpServer((socket) => socket.pipe(socket));
    await new Promise<void>((resolve) => echo.listen(0, "127.0.0.1", resolve));
    closers.push(() => echo.close());
    const way = await proxy({
      policy: () => ({ internet: false, allowOut: ["echo.example"], denyOut: [] }),
      hosts: {},
      resolve: async () => ["127.0.0.1"],
      isForbidden: () => false,
    });
    const socket = connect(way.port, "127.0.0.1");
    let text = "";
    socket.setEncoding("utf8").on("data", (piece: string) => (text += piece));
    socket.on("error", () => {});
    socket.write(`CONNECT echo.example:${(echo.address() as AddressInfo).port} HTTP/1.1\r\n\r\n`);
    await expect.poll(() => text).toContain(" 200 ");
    socket.write("through");
    await expect.poll(() => text).toMatch(/through$/);
    const closed = new Promise<boolean>((resolve) => socket.once("close", () => resolve(true)));
    way.cut();
    expect(await closed).toBe(true);
  });

  test("refuses tunnels elsewhere, and to other ports of a virtual host", async () => {
    const way = await proxy({
      policy: () => ({ internet: true, allowOut: ["virtual.local"], denyOut: [] }),
      hosts: { "virtual.local": "http://127.0.0.1:1" },
      resolve: async () => ["10.1.2.3"],
    });
    for (const target of ["inside.example:443", "virtual.local:22", "10.0.0.1:80", "nonsense"]) {
      const status = await new Promise<string>((resolve) => {
        const socket = connect(way.port, "127.0.0.1");
        socket.once("data", (piece) => resolve(piece.toString().split(" ")[1] ?? ""));
        socket.write(`CONNECT ${target} HTTP/1.1\r\n\r\n`);
      });
      expect(["403", "400"]).toContain(status);
    }
  });

  test("asks the policy anew for each request on one connection", async () => {
    const { port } = await serverSaying("virtual");
    let allowOut = ["virtual.local"];
    const way = await proxy({
      policy: () => ({ internet: false, allowOut, denyOut: [] }),
      hosts: { "virtual.local": `http://127.0.0.1:${port}/base/` },
    });
    const socket = connect(way.port, "127.0.0.1");
    let text = "";
    socket.setEncoding("utf8").on("data", (piece: string) => (text += piece));
    socket.write("GET /one HTTP/1.1\r\nHost: VIRTUAL.local:4801\r\n\r\n");
    await expect.poll(() => text).toContain("virtual /base/one");
    allowOut = [];
    socket.write("GET /two HTTP/1.1\r\nHost: virtual.local\r\n\r\n");
    await expect.poll(() => text).toContain("403");
    socket.destroy();
  });
});

test("splits authorities, and refuses what is none", () => {
  expect(splitAuthority("Example.org.", 80)).toEqual({ host: "example.org", port: 80 });
  expect(splitAuthority("[::1]:8080", 80)).toEqual({ host: "::1", port: 8080 });
  for (const bad of ["", "a b", "a:99999", "a:0", "user@host", "a/b", "[::1"]) {
    expect(splitAuthority(bad, 80)).toBeUndefined();
  }
});
