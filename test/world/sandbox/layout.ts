import { execFile } from "node:child_process";
import { chmod, chown, lstat, mkdir, readdir, readFile, readlink } from "node:fs/promises";
import { stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

/** Uid of a command's process as the sandbox sees it when we are an ordinary user. */
export const USER_UID = 1000;
/** Size of /dev/shm inside. */
export const SHM_BYTES = 64 * 1024 * 1024;

/**
 * What a sandbox sees of the file system. The two builders (bubblewrap and unshare) turn one layout into mounts, so that they
 * cannot differ. Paths on the left are the host's.
 */
export type Layout = {
  /** Host folders of this sandbox. `root` stays empty: unshare mounts the new root on it. `pipes` is never mounted. */
  home: string;
  tmp: string;
  etc: string;
  root: string;
  pipes: string;
  /** Read-only mounts, parents before children. */
  readOnly: { from: string; to: string; isFolder: boolean }[];
  /** Symbolic links at the top, such as /bin → usr/bin. */
  links: { at: string; target: string }[];
  /** `node` as seen from inside, and the PATH of every command. */
  node: string;
  path: string;
  /** The host uid of the sandbox's processes when we are root, else undefined: then a user namespace does the mapping. */
  uid: number | undefined;
};

/** Parts of /etc that programs need and that say nothing of the host's people. */
const ETC_SHARED =
  /^(ssl|pki|crypto-policies|ca-certificates|alternatives|ld\.so\.(cache|conf|conf\.d)|mime\.types|protocols|services|localtime|terminfo|perl|python\d.*|java.*|maven|php|fonts|os-release|debian_version)$/;
const TOP_FOLDERS = ["bin", "sbin", "lib", "lib32", "lib64", "libx32"];

/** What is at a host path, through symbolic links; undefined when nothing usable is. */
async function kindOf(path: string): Promise<"folder" | "file" | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (!found) return undefined;
  return found.isDirectory() ? "folder" : "file";
}

/**
 * A uid nobody else has, so that what one sandbox does (its processes, its files) never counts for another. Root only. The
 * range is far above people's and daemons' uids, except in a container that has no such uids.
 */
async function freshUid(): Promise<number> {
  const map = await readFile("/proc/self/uid_map", "utf8");
  const last = Math.max(...map.split("\n").map((line) => sumOf(line.trim().split(/\s+/))));
  if (last > 2_000_000_000) return 1_900_000_000 + Math.floor(Math.random() * 100_000_000);
  return 20_000 + Math.floor(Math.random() * 40_000);
}

/** One line of uid_map is: first uid inside, first uid outside, how many. */
function sumOf([first, , count]: string[]): number {
  return Number(first || 0) + Number(count ?? 0);
}

async function writeEtc(layout: Layout, hosts: string[]): Promise<void> {
  const uid = layout.uid ?? USER_UID;
  const files: Record<string, string> = {
    passwd: `root:x:0:0:root:/root:/usr/sbin/nologin\nuser:x:${uid}:${uid}:user:/home/user:/bin/bash\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n`,
    group: `root:x:0:\nuser:x:${uid}:\nnogroup:x:65534:\n`,
    hosts: `127.0.0.1 localhost sandbox\n::1 localhost\n${hosts.map((name) => `127.0.0.1 ${name}\n`).join("")}`,
    hostname: "sandbox\n",
    "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
    "resolv.conf": "",
    shells: "/bin/sh\n/bin/bash\n",
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(layout.etc, name), text);
}

/** Mount points must exist in our own etc folder before it is mounted read-only. */
async function shareEtc(layout: Layout): Promise<void> {
  for (const name of await readdir("/etc")) {
    if (!ETC_SHARED.test(name)) continue;
    const from = join("/etc", name);
    const kind = await kindOf(from);
    if (!kind) continue;
    const at = join(layout.etc, name);
    if (kind === "folder") await mkdir(at);
    else await writeFile(at, "");
    layout.readOnly.push({ from, to: `/etc/${name}`, isFolder: kind === "folder" });
  }
}

async function addSystem(layout: Layout): Promise<void> {
  layout.readOnly.push({ from: "/usr", to: "/usr", isFolder: true });
  for (const name of TOP_FOLDERS) {
    const found = await lstat(`/${name}`).catch(() => undefined);
    if (found?.isSymbolicLink()) {
      layout.links.push({ at: `/${name}`, target: await readlink(`/${name}`) });
    } else if (found) {
      layout.readOnly.push({ from: `/${name}`, to: `/${name}`, isFolder: true });
    }
  }
}

/**
 * Node may live outside /usr (a version manager in somebody's home): then it appears as /opt/node. Only the program and its
 * packages are mounted, since nobody knows what else its folder holds.
 */
async function addNode(layout: Layout): Promise<void> {
  const program = process.execPath;
  if (/^\/(usr\/|bin\/)/.test(program)) {
    layout.node = program;
    layout.path = `${dirname(program)}:/usr/local/bin:/usr/bin:/bin`;
    return;
  }
  layout.node = "/opt/node/bin/node";
  layout.path = "/opt/node/bin:/usr/local/bin:/usr/bin:/bin";
  layout.readOnly.push({ from: program, to: layout.node, isFolder: false });
  const packages = join(dirname(dirname(program)), "lib", "node_modules");
  if ((await kindOf(join(packages, "npm"))) !== "folder") return;
  layout.readOnly.push({ from: packages, to: "/opt/node/lib/node_modules", isFolder: true });
  for (const name of ["npm", "npx"]) {
    const target = `../lib/node_modules/npm/bin/${name}-cli.js`;
    layout.links.push({ at: `/opt/node/bin/${name}`, target });
  }
}

/** A host file or folder that sandboxes see, read-only, at its own path or at `to`. `onPath`: its `bin` is searched first. */
export type Tool = { path: string; to?: string; onPath?: boolean };

export type LayoutOptions = {
  dir: string;
  hosts: string[];
  tools: Tool[];
};

/**
 * Makes the folders of a sandbox under `dir` and says what to mount. `hosts` are names that mean 127.0.0.1 inside; `tools`
 * are extra read-only mounts at their own paths, or at `to`. Rejects when a tool does not exist.
 */
export async function layOut(options: LayoutOptions): Promise<Layout> {
  const { dir } = options;
  const layout: Layout = {
    home: join(dir, "home"),
    tmp: join(dir, "tmp"),
    etc: join(dir, "etc"),
    root: join(dir, "root"),
    pipes: join(dir, "pipes"),
    readOnly: [],
    links: [{ at: "/var/tmp", target: "/tmp" }],
    node: process.execPath,
    path: "/usr/local/bin:/usr/bin:/bin",
    uid: process.getuid?.() === 0 ? await freshUid() : undefined,
  };
  for (const folder of [layout.home, layout.tmp, layout.etc, layout.root, layout.pipes]) {
    await mkdir(folder, { recursive: true });
    await chmod(folder, 0o755);
  }
  await chmod(layout.tmp, 0o1777);
  if (layout.uid !== undefined) await chown(layout.home, layout.uid, layout.uid);
  await addSystem(layout);
  await addNode(layout);
  layout.readOnly.push({ from: layout.etc, to: "/etc", isFolder: true });
  await writeEtc(layout, options.hosts);
  await shareEtc(layout);
  for (const { path, to = path, onPath } of options.tools) {
    const kind = await kindOf(path);
    if (!kind) throw new Error(`tool not found: ${path}`);
    layout.readOnly.push({ from: path, to, isFolder: kind === "folder" });
    if (onPath) layout.path = `${to}/bin:${layout.path}`;
  }
  return layout;
}

/**
 * Removes a sandbox's folder, also when code inside took its own rights away (as an ordinary user we could not even list
 * such a folder). Never follows symbolic links.
 */
export async function clearAway(dir: string): Promise<void> {
  const run = promisify(execFile);
  await run("rm", ["-rf", "--", dir]).catch(async () => {
    await run("chmod", ["-R", "u+rwX", "--", dir]).catch(() => {});
    await run("rm", ["-rf", "--", dir]);
  });
}
