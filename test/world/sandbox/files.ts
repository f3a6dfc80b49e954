import { posix } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { collect } from "./collect";
import type { Launched, LaunchOrder } from "./launch";
import { FILES } from "./file-script";

/**
 * The file half of envd. Every operation is a short program that runs inside the sandbox with the rights of its commands, so
 * that no symbolic link made in there leads anywhere but to what a command could reach itself.
 */
export type FileType = "FILE_TYPE_FILE" | "FILE_TYPE_DIRECTORY" | "FILE_TYPE_SYMLINK";

/** `size` is bytes in decimal, as JSON has no 64-bit integers; `modifiedTime` is RFC 3339. */
export type EntryInfo = {
  name: string;
  type: FileType;
  path: string;
  size: string;
  mode: number;
  permissions: string;
  owner: string;
  group: string;
  modifiedTime: string;
  symlinkTarget?: string;
};

export type FileErrorCode = "missing" | "refused" | "exists" | "wrong-type" | "full" | "failed";

export class FileError extends Error {
  constructor(
    readonly code: FileErrorCode,
    message: string,
  ) {
    super(message);
  }
}

export type Files = {
  /** The size in bytes, and the content. Destroying the content ends the reading. */
  read(path: string): Promise<{ size: number; content: Readable }>;
  /** Makes missing folders. A failed or aborted write may leave a part of the file. */
  write(path: string, content: Readable): Promise<void>;
  stat(path: string): Promise<EntryInfo>;
  list(path: string, depth: number): Promise<EntryInfo[]>;
  /** Throws `exists` when the folder is there. */
  makeFolder(path: string): Promise<EntryInfo>;
  move(from: string, to: string): Promise<EntryInfo>;
  remove(path: string): Promise<void>;
};

/** Where the sandbox's home and /tmp are for its own programs. They differ from the names only without isolation. */
export type FileRoots = { home: string; tmp: string };

const HOME = "/home/user";
const LIST_BYTES = 32 * 1024 * 1024;
const CODES: Record<number, [FileErrorCode, string]> = {
  44: ["missing", "no such file or directory"],
  45: ["refused", "only paths under /home/user and /tmp may be used"],
  46: ["exists", "already exists"],
  47: ["wrong-type", "is a directory"],
  48: ["wrong-type", "is not a directory"],
  49: ["wrong-type", "is not a regular file"],
};
const TYPES: Record<string, FileType> = { f: "FILE_TYPE_FILE", d: "FILE_TYPE_DIRECTORY" };

/** Makes absolute what a client named: relative paths and `~` start at the home folder; dot segments are resolved. */
export function absolutePath(path: string): string {
  const expanded = path === "~" || path.startsWith("~/") ? `${HOME}${path.slice(1)}` : path;
  return posix.resolve(HOME, expanded);
}

/** `launch` starts a program in the sandbox. */
export function createFiles(
  launch: (order: LaunchOrder) => Promise<Launched>,
  roots: FileRoots,
): Files {
  function inside(path: string): string {
    const absolute = absolutePath(path);
    for (const [name, real] of [[HOME, roots.home] as const, ["/tmp", roots.tmp] as const]) {
      if (absolute === name || absolute.startsWith(`${name}/`))
        return real + absolute.slice(name.length);
    }
    throw new FileError("refused", `${absolute}: ${CODES[45]?.[1]}`);
  }

  function outside(path: string): string {
    for (const [name, real] of [[HOME, roots.home] as const, ["/tmp", roots.tmp] as const]) {
      if (path === real || path.startsWith(`${real}/`)) return name + path.slice(real.length);
    }
    return path;
  }

  function start(verb: string, args: string[], stdin: boolean): Promise<Launched> {
    return launch({
      argv: ["/bin/bash", "--norc", "-c", FILES, "files", roots.home, roots.tmp, verb, ...args],
      env: { PATH: "/usr/bin:/bin", LC_ALL: "C.UTF-8" },
      cwd: "/",
      stdin,
    });
  }

  async function finish(launched: Launched, path: string): Promise<void> {
    const [said, exit] = await Promise.all([
      collect(launched.stderr, 20_000).catch(() => Buffer.alloc(0)),
      launched.exited,
    ]);
    if (exit.code === 0) return;
    const known = CODES[exit.code ?? -1];
    if (known) throw new FileError(known[0], `${absolutePath(path)}: ${known[1]}`);
    const text = said.toString("utf8").trim();
    if (
      exit.signal === "SIGXFSZ" ||
      exit.code === 153 ||
      /No space left|File too large/.test(text)
    ) {
      throw new FileError(
        "full",
        `${absolutePath(path)}: not enough space, or larger than a file may be`,
      );
    }
    throw new FileError(
      "failed",
      text || `the file operation failed (${exit.signal ?? exit.code})`,
    );
  }

  async function ask(verb: string, path: string, ...more: string[]): Promise<EntryInfo[]> {
    const launched = await start(verb, [inside(path), ...more], false);
    const answer = collect(launched.stdout, LIST_BYTES).catch((error: Error) => {
      launched.kill("SIGKILL");
      return error;
    });
    await Promise.all([finish(launched, path), answer]);
    const bytes = await answer;
    if (bytes instanceof Error) throw new FileError("failed", bytes.message);
    return parseEntries(bytes.toString("utf8"), outside);
  }

  async function askOne(verb: string, path: string, ...more: string[]): Promise<EntryInfo> {
    const [entry] = await ask(verb, path, ...more);
    if (!entry) throw new FileError("missing", `${absolutePath(path)}: ${CODES[44]?.[1]}`);
    return entry;
  }

  async function read(path: string): Promise<{ size: number; content: Readable }> {
    const launched = await start("read", [inside(path)], false);
    const header = await firstBytes(launched.stdout, 20);
    if (header === undefined) {
      await finish(launched, path);
      throw new FileError("failed", "the file could not be read");
    }
    launched.stderr.resume();
    launched.stdout.once("close", () => launched.kill("SIGKILL"));
    return { size: Number(header.toString("utf8")), content: launched.stdout };
  }

  async function write(path: string, content: Readable): Promise<void> {
    const launched = await start("write", [inside(path)], true);
    if (!launched.stdin) throw new FileError("failed", "no way to write");
    launched.stdout.resume();
    const written = pipeline(content, launched.stdin).catch((error: Error) => {
      // Without this the program would take the end of a broken upload for the end of the file and report success.
      launched.kill("SIGKILL");
      return error;
    });
    await finish(launched, path);
    const error = await written;
    if (error) throw new FileError("failed", error.message);
  }

  return {
    read,
    write,
    stat: (path) => askOne("stat", path),
    list: (path, depth) => ask("list", path, String(depth)),
    makeFolder: (path) => askOne("make", path),
    move: (from, to) => askOne("move", from, inside(to)),
    remove: async (path) => void (await ask("remove", path)),
  };
}

/** Takes exactly `count` bytes off the front of a stream; undefined when it ends before. */
async function firstBytes(stream: Readable, count: number): Promise<Buffer | undefined> {
  for (;;) {
    const bytes = stream.read(count) as Buffer | null;
    if (bytes) return bytes.length === count ? bytes : undefined;
    if (stream.readableEnded || stream.destroyed) return undefined;
    await new Promise<void>((resolve) => {
      stream.once("readable", resolve);
      stream.once("end", resolve);
      stream.once("close", resolve);
    });
  }
}

/** Ten fields for each entry, each ended by a zero byte, as the script's `find -printf` writes them. */
function parseEntries(text: string, outside: (path: string) => string): EntryInfo[] {
  const fields = text.split("\0");
  const entries: EntryInfo[] = [];
  for (let at = 0; at + 10 < fields.length; at += 10) {
    const [kind, real, path, size, mode, words, owner, group, time, link] = fields.slice(
      at,
      at + 10,
    );
    const shown = outside(path ?? "");
    entries.push({
      name: posix.basename(shown),
      type: TYPES[real ?? ""] ?? (kind === "l" ? "FILE_TYPE_SYMLINK" : "FILE_TYPE_FILE"),
      path: shown,
      size: size ?? "0",
      mode: Number.parseInt(mode ?? "0", 8),
      permissions: words ?? "",
      owner: owner ?? "",
      group: group ?? "",
      modifiedTime: new Date(Number(time) * 1000).toISOString(),
      ...(kind === "l" ? { symlinkTarget: outside(link ?? "") } : {}),
    });
  }
  return entries;
}
