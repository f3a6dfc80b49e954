import { dirname } from "node:path";
import { SHM_BYTES, type Layout } from "./layout";

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function mountPoint(to: string, isFolder: boolean): string {
  if (isFolder) return `mkdir -p .${quote(to)}`;
  return `mkdir -p .${quote(dirname(to))}; [ -e .${quote(to)} ] || : > .${quote(to)}`;
}

/** Bind mounts start out with the rights of their source; only a second mount call can take them away. */
function bind(from: string, to: string, isFolder: boolean, rights: string): string[] {
  return [
    mountPoint(to, isFolder),
    `mount --rbind ${quote(from)} .${quote(to)}`,
    `mount -o remount,bind,${rights} .${quote(to)}`,
  ];
}

function devices(): string[] {
  return [
    "mkdir -p dev proc",
    "mount -t tmpfs -o mode=755,size=64k,nosuid dev dev",
    "for one in null zero full random urandom tty; do : > dev/$one; mount --bind /dev/$one dev/$one; done",
    "mkdir dev/pts dev/shm",
    "mount -t devpts -o newinstance,ptmxmode=0666,mode=620,nosuid,noexec devpts dev/pts",
    `mount -t tmpfs -o mode=1777,size=${SHM_BYTES},nosuid,nodev shm dev/shm`,
    "ln -s pts/ptmx dev/ptmx; ln -s /proc/self/fd dev/fd",
    "ln -s /proc/self/fd/0 dev/stdin; ln -s /proc/self/fd/1 dev/stdout; ln -s /proc/self/fd/2 dev/stderr",
    "mount -o remount,bind,ro,nosuid dev",
    "mount -t proc -o nosuid,nodev,noexec proc proc",
    "hostname sandbox || :",
    "ip link set lo up",
  ];
}

/**
 * The same sandbox as `bubblewrapArgv` with util-linux alone: namespaces by `unshare`, a small tmpfs as the new root, mounts,
 * and `pivot_root`, so that the host's tree is gone and not only hidden. The program follows as further arguments.
 */
export function unshareArgv(layout: Layout): string[] {
  const script = [
    "set -eu",
    // Else mount would keep notes in /run, first in the host's and then in the sandbox's.
    "export LIBMOUNT_UTAB=/dev/null",
    `mount -t tmpfs -o mode=755,size=1m,nosuid,nodev cell ${quote(layout.root)}`,
    `cd ${quote(layout.root)}`,
    "mkdir -p run var",
    ...layout.readOnly
      .filter((mount) => !mount.to.startsWith("/etc/"))
      .flatMap((mount) => bind(mount.from, mount.to, mount.isFolder, "ro,nosuid,nodev")),
    ...layout.readOnly
      .filter((mount) => mount.to.startsWith("/etc/"))
      .flatMap((mount) => bind(mount.from, mount.to, mount.isFolder, "ro,nosuid,nodev").slice(1)),
    ...layout.links.map((link) => `ln -s ${quote(link.target)} .${quote(link.at)}`),
    ...bind(layout.home, "/home/user", true, "rw,nosuid,nodev"),
    ...bind(layout.tmp, "/tmp", true, "rw,nosuid,nodev"),
    ...devices(),
    "mkdir .old; pivot_root . .old; cd /; umount -l .old; rmdir .old",
    "mount -o remount,bind,ro,nosuid,nodev /",
    'unset LIBMOUNT_UTAB; exec "$@"',
  ].join("\n");
  const namespaces = ["--mount", "--pid", "--net", "--ipc", "--uts", "--fork"];
  if (layout.uid === undefined) namespaces.push("--user", "--map-root-user");
  return ["unshare", ...namespaces, "--", "bash", "--norc", "-c", script, "cell"];
}
