import { dirname } from "node:path";
import { SHM_BYTES, type Layout } from "./layout";

/**
 * The arguments of `bwrap` (0.8 or later) for a layout, up to the program. As root no user namespace is made: commands take
 * the sandbox's own uid. As an ordinary user we are uid 0 of a user namespace, and each command gets a nested one.
 */
export function bubblewrapArgv(layout: Layout): string[] {
  const argv = ["bwrap", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"];
  if (layout.uid === undefined) argv.push("--unshare-user", "--uid", "0", "--gid", "0");
  argv.push("--as-pid-1", "--cap-add", "ALL", "--hostname", "sandbox");
  argv.push("--proc", "/proc", "--dev", "/dev", "--size", String(SHM_BYTES));
  argv.push("--perms", "1777", "--tmpfs", "/dev/shm", "--remount-ro", "/dev");
  for (const folder of parentsOf(layout)) argv.push("--perms", "0755", "--dir", folder);
  for (const mount of layout.readOnly) argv.push("--ro-bind", mount.from, mount.to);
  for (const link of layout.links) argv.push("--symlink", link.target, link.at);
  argv.push("--bind", layout.home, "/home/user", "--bind", layout.tmp, "/tmp");
  argv.push("--remount-ro", "/", "--chdir", "/", "--");
  return argv;
}

/** bwrap would make missing parents too, but for root alone, and commands are not root. Parents come before children. */
function parentsOf(layout: Layout): string[] {
  const folders = new Set(["/run", "/home", "/var"]);
  for (const { to } of layout.readOnly) {
    if (layout.readOnly.some((other) => to.startsWith(`${other.to}/`))) continue;
    for (let at = dirname(to); at !== "/"; at = dirname(at)) folders.add(at);
  }
  return [...folders].toSorted();
}
