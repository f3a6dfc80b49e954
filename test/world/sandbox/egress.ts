import { lookup } from "node:dns/promises";
import { createServer, request as httpRequest, type IncomingMessage } from "node:http";
import type { ServerResponse } from "node:http";
import { request as httpsRequest } from "node:https";
import { connect, isIP, type Socket } from "node:net";
import { pipeline, type Duplex } from "node:stream";
import { isForbiddenAddress, mayReach, namesHost, type NetworkPolicy } from "./network-policy";

/**
 * The only way out of one sandbox: an HTTP proxy that runs in the service and asks the sandbox's current policy about every
 * request. It answers the proxy door (CONNECT, and absolute-form requests) and the plain doors (a virtual host by its Host
 * header) alike.
 */
export type Egress = {
  /** Serves a connection that a process inside made. */
  accept(socket: Socket): void;
  /** Ends every connection, those that are tunnels included. */
  cut(): void;
};

export type EgressOptions = {
  policy(): NetworkPolicy;
  /** Virtual host name → base URL on the host. */
  hosts: Record<string, string>;
  /** Replaceable, so that tests need no outside network. */
  resolve?: (host: string) => Promise<string[]>;
  isForbidden?: (address: string) => boolean;
};

/** Connections of one sandbox at a time, both sides counted: the service's descriptors are shared by all. */
const MOST_OPEN = 1024;
const HOP_BY_HOP =
  /^(connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|host|expect|x-forwarded-.*|forwarded)$/;

async function resolveByDns(host: string): Promise<string[]> {
  const found = await lookup(host, { all: true });
  return found.map((one) => one.address);
}

/** Splits `host`, `host:port` and `[v6]:port`; undefined when it is none of these. */
export function splitAuthority(
  text: string,
  defaultPort: number,
): { host: string; port: number } | undefined {
  if (!/^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?$/i.test(text)) return undefined;
  const colon = text.endsWith("]") ? -1 : text.lastIndexOf(":");
  const name = colon < 0 ? text : text.slice(0, colon);
  const port = colon < 0 ? defaultPort : Number(text.slice(colon + 1));
  const host = name
    .replace(/^\[|\]$/g, "")
    .replace(/\.$/, "")
    .toLowerCase();
  return host && port > 0 && port < 65_536 ? { host, port } : undefined;
}

/** Creates the way out for one sandbox. */
export function createEgress(options: EgressOptions): Egress {
  const resolve = options.resolve ?? resolveByDns;
  const isForbidden = options.isForbidden ?? isForbiddenAddress;
  const open = new Set<Duplex>();
  const server = createServer({ requestTimeout: 0 }, (request, response) => {
    void serve(request, response).catch(() => refuse(response, 502, "not reachable"));
  });
  server.keepAliveTimeout = 60_000;
  server.on("connect", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    void tunnel(request, socket, head).catch(() => endWith(socket, 502, "not reachable"));
  });
  server.on("clientError", (_error, socket) => endWith(socket, 400, "not HTTP"));

  function track<T extends Duplex>(socket: T): T {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
    socket.on("error", () => socket.destroy());
    return socket;
  }

  /** The base URL of a virtual host; undefined when there is no such name, null when the policy does not name it. */
  function virtualBase(host: string): URL | null | undefined {
    if (!Object.hasOwn(options.hosts, host)) return undefined;
    const isNamed = options.policy().allowOut.some((pattern) => namesHost(pattern, host));
    return isNamed ? new URL(options.hosts[host] ?? "") : null;
  }

  /** An address to connect to, so that the name is resolved once and cannot change its mind. */
  async function addressOf(host: string): Promise<string | undefined> {
    const addresses = isIP(host) ? [host] : await resolve(host).catch(() => []);
    if (addresses.length === 0 || addresses.some(isForbidden)) return undefined;
    return mayReach(options.policy(), host, addresses) ? addresses[0] : undefined;
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = targetOf(request);
    if (!target) return refuse(response, 400, "no host");
    const base = virtualBase(target.host);
    if (base) {
      const prefix = base.pathname.replace(/\/$/, "");
      return forward(request, response, base, base.hostname, prefix + target.path);
    }
    const address = base === null || !target.isProxied ? undefined : await addressOf(target.host);
    if (!address) return refuse(response, 403, `${target.host} is not allowed`);
    const url = new URL(request.url ?? "");
    forward(request, response, url, address, target.path);
  }

  function forward(
    request: IncomingMessage,
    response: ServerResponse,
    to: URL,
    address: string,
    path: string,
  ): void {
    const headers: Record<string, string | string[]> = {};
    for (const [name, value] of Object.entries(request.headers)) {
      if (value !== undefined && !HOP_BY_HOP.test(name)) headers[name] = value;
    }
    headers["host"] = to.host;
    if (request.headers["transfer-encoding"]) headers["transfer-encoding"] = "chunked";
    const send = to.protocol === "https:" ? httpsRequest : httpRequest;
    const outgoing = send({
      host: address,
      servername: isIP(to.hostname) ? undefined : to.hostname,
      port: to.port || undefined,
      method: request.method,
      path,
      headers,
      agent: false,
    });
    outgoing.on("socket", track);
    outgoing.on("error", () => refuse(response, 502, "not reachable"));
    outgoing.on("response", (answer) => {
      const back = Object.entries(answer.headers).filter(
        ([name]) => !/^(connection|keep-alive|transfer-encoding)$/.test(name),
      );
      response.writeHead(answer.statusCode ?? 502, Object.fromEntries(back));
      pipeline(answer, response, () => {});
    });
    pipeline(request, outgoing, () => {});
    response.once("close", () => outgoing.destroy());
  }

  async function tunnel(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    track(socket);
    const target = splitAuthority(request.url ?? "", 443);
    if (!target) return endWith(socket, 400, "no host");
    const base = virtualBase(target.host);
    if (base && target.port === 80) {
      // A tunnel to a virtual host is plain HTTP with us; each request in it is checked like any other.
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      if (head.length > 0) socket.unshift(head);
      server.emit("connection", socket);
      return;
    }
    const address = base === undefined ? await addressOf(target.host) : undefined;
    if (!address) return endWith(socket, 403, `${target.host} is not allowed`);
    const far = track(connect(target.port, address));
    far.once("error", () => endWith(socket, 502, "not reachable"));
    far.once("connect", () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      if (head.length > 0) far.write(head);
      pipeline(socket, far, () => {});
      pipeline(far, socket, () => {});
    });
    socket.once("close", () => far.destroy());
  }

  return {
    accept(socket) {
      if (open.size >= MOST_OPEN) return void socket.destroy();
      server.emit("connection", track(socket));
    },
    cut: () => {
      for (const socket of open) socket.destroy();
    },
  };
}

/**
 * Where a request wants to go. The path is normalised here (dot segments, also encoded ones), because it is put behind the
 * path of a base URL, which it must not leave.
 */
function targetOf(
  request: IncomingMessage,
): { host: string; path: string; isProxied: boolean } | undefined {
  const raw = request.url ?? "/";
  const isProxied = /^http:\/\//i.test(raw);
  const text = isProxied
    ? raw
    : `http://${request.headers.host ?? ""}${raw.startsWith("/") ? raw : "/"}`;
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const target = splitAuthority(url.host, 80);
  if (!target || (!isProxied && !splitAuthority(request.headers.host ?? "", 80))) return undefined;
  return { host: target.host, path: url.pathname + url.search, isProxied };
}

function refuse(response: ServerResponse, status: number, why: string): void {
  if (response.headersSent) return void response.destroy();
  response.writeHead(status, { "content-type": "text/plain" });
  response.end(`sandbox network: ${why}\n`);
}

function endWith(socket: Duplex, status: number, why: string): void {
  if (!socket.writable) return void socket.destroy();
  const text = `sandbox network: ${why}\n`;
  socket.end(
    `HTTP/1.1 ${status} Refused\r\ncontent-type: text/plain\r\ncontent-length: ${text.length}\r\nconnection: close\r\n\r\n${text}`,
  );
}
