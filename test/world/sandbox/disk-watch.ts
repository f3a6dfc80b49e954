import { execFile } from "node:child_process";
import { statfs } from "node:fs/promises";
import { promisify } from "node:util";

/** A sandbox as the watch sees it. */
export type Watched = { folders: string[]; endProcesses(reason: string): Promise<void> };

const LOOK_MS = 300;
const run = promisify(execFile);

/** Use of the file system or of folders: bytes on disk, and number of files. */
type Use = { bytes: number; files: number };

/**
 * Keeps the folders of sandboxes within bounds. Asking the file system how full it is costs nothing, so that is done often;
 * only when it grew are the folders measured. `stop` ends the watch.
 */
export function watchDisk(dir: string, limit: Use, sandboxes: () => Watched[]): { stop(): void } {
  let measuredAt: Use = { bytes: Number.POSITIVE_INFINITY, files: Number.POSITIVE_INFINITY };
  let lowest = Number.POSITIVE_INFINITY;
  let isBusy = false;

  async function look(): Promise<void> {
    const now = await useOfDisk(dir);
    lowest = Math.min(lowest, now.bytes);
    measuredAt = {
      bytes: Math.min(measuredAt.bytes, now.bytes),
      files: Math.min(measuredAt.files, now.files),
    };
    const grewBytes = now.bytes - measuredAt.bytes >= limit.bytes / 16;
    const grewFiles = now.files - measuredAt.files >= limit.files / 16;
    if (!grewBytes && !grewFiles) return;
    measuredAt = now;
    for (const sandbox of sandboxes()) {
      const { bytes, files, isPart } = await useOfFolders(sandbox.folders);
      const mayHide = isPart && now.bytes - lowest > limit.bytes;
      if (bytes > limit.bytes || mayHide) {
        const most = `${Math.round(limit.bytes / 1024 / 1024)} MiB`;
        await sandbox.endProcesses(`ended: the sandbox's files took more than ${most}`);
      } else if (files > limit.files) {
        await sandbox.endProcesses(`ended: the sandbox made more than ${limit.files} files`);
      }
    }
  }

  const timer = setInterval(() => {
    if (isBusy) return;
    isBusy = true;
    void look()
      .catch(() => {})
      .finally(() => (isBusy = false));
  }, LOOK_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}

async function useOfDisk(dir: string): Promise<Use> {
  const { blocks, bfree, bsize, files, ffree } = await statfs(dir);
  return { bytes: (blocks - bfree) * bsize, files: files - ffree };
}

/**
 * `isPart` when a folder could not be read: code inside can take the rights of its own folders away, and hide files in them
 * from us when we are an ordinary user.
 */
async function useOfFolders(folders: string[]): Promise<Use & { isPart: boolean }> {
  const [size, count] = await Promise.all([
    sumOfDu(["-B1", ...folders]),
    sumOfDu(["--inodes", ...folders]),
  ]);
  return { bytes: size.sum, files: count.sum, isPart: size.isPart };
}

async function sumOfDu(args: string[]): Promise<{ sum: number; isPart: boolean }> {
  const said = await run("du", ["-s", "-x", ...args]).catch(
    (error: { stdout?: string; stderr?: string }) => error,
  );
  const numbers = (said.stdout ?? "").split("\n").map((line) => Number.parseInt(line, 10) || 0);
  const isPart = /Permission denied/.test(said.stderr ?? "");
  return { sum: numbers.reduce((sum, one) => sum + one, 0), isPart };
}
