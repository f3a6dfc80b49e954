import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { close, constants, open } from "node:fs";
import { unlink } from "node:fs/promises";
import { Socket } from "node:net";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { promisify } from "node:util";

/**
 * Real pipes for the output of commands. Node gives its children socket pairs, and a program that opens /dev/stderr by name
 * (as many scripts do) fails on a socket. Named pipes behave as programs expect, and can be used again once all writers left.
 */
export type PipeStore = { take(): Promise<Pipe> };

/** `writeEnd` is a descriptor to hand to a child as its stdout or stderr; call `closeWriteEnd` after the spawn. */
export type Pipe = { readable: Readable; writeEnd: number; closeWriteEnd(): void };

const BATCH = 16;
const openFile = promisify(open);

/** Pipes live as files in `dir`, which must exist. `take` rejects when the folder is gone. */
export function createPipeStore(dir: string): PipeStore {
  const free: string[] = [];
  const prefix = randomBytes(4).toString("hex");
  let made = 0;
  let making: Promise<void> | undefined;

  async function makeMore(): Promise<void> {
    const paths = Array.from({ length: BATCH }, () => join(dir, `${prefix}-${made++}`));
    await promisify(execFile)("mkfifo", ["-m", "666", "--", ...paths]);
    free.push(...paths);
  }

  async function nextPath(): Promise<string> {
    for (;;) {
      const path = free.pop();
      if (path) return path;
      making ??= makeMore().finally(() => (making = undefined));
      await making;
    }
  }

  async function take(): Promise<Pipe> {
    const path = await nextPath();
    // Our end first and without waiting: opening the other end would wait for a reader.
    const readEnd = await openFile(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const writeEnd = await openFile(path, constants.O_WRONLY);
    const readable = new Socket({ fd: readEnd, readable: true, writable: false });
    readable.once("close", () => {
      // Only the end of the stream proves that no forgotten writer is left in the pipe.
      if (readable.readableEnded) free.push(path);
      else void unlink(path).catch(() => {});
    });
    return { readable, writeEnd, closeWriteEnd: () => close(writeEnd) };
  }

  return { take };
}
