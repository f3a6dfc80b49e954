import type { Layout } from "./layout";
import { USER_UID } from "./layout";
import type { SandboxLimits } from "./limits";
import { LAUNCH } from "./scripts";

export const NAMESPACES = ["mnt", "pid", "net", "ipc", "uts", "user"] as const;
/** The names that `nsenter` has for what the kernel calls by the key. */
export const FLAGS = { mnt: "mount", pid: "pid", net: "net", ipc: "ipc", uts: "uts", user: "user" };

/** An open namespace. `name` is what the kernel prints for it. */
export type NamespaceHandle = { kind: (typeof NAMESPACES)[number]; fd: number; name: string };

const NO_RIGHTS = [
  "--inh-caps=-all",
  "--ambient-caps=-all",
  "--bounding-set=-all",
  "--no-new-privs",
];

/**
 * The command line that enters a cell and gives up all rights before the launch script runs: as root by taking the sandbox's
 * own uid, as an ordinary user by a user namespace nested in the cell's. Limits are set before that, so that they cannot be
 * raised again, and so that the nested namespace passes the limit of processes on to all commands together.
 */
export function enterArgv(
  layout: Layout,
  handles: NamespaceHandle[],
  limits: SandboxLimits,
): string[] {
  const flags = handles.map(({ kind, fd }) => `--${FLAGS[kind]}=/proc/${process.pid}/fd/${fd}`);
  const uid = String(layout.uid ?? USER_UID);
  const become =
    layout.uid === undefined
      ? ["unshare", "--user", `--map-user=${uid}`, `--map-group=${uid}`, "--keep-caps", "setpriv"]
      : ["setpriv", "--reuid", uid, "--regid", uid, "--clear-groups"];
  return [
    "nsenter",
    ...flags,
    ...(layout.uid === undefined ? ["--preserve-credentials"] : []),
    "--",
    ...limitArgv(limits),
    ...become,
    ...NO_RIGHTS,
    "setsid",
    ...LAUNCH_ARGV,
  ];
}

/** The launch script by itself, for commands that run without isolation. */
export const LAUNCH_ARGV = ["bash", "--norc", "-c", LAUNCH, "launch"];

function limitArgv(limits: SandboxLimits): string[] {
  const both = (name: string, value: number) => `--${name}=${value}:${value}`;
  return [
    "prlimit",
    both("nproc", limits.processes),
    both("fsize", limits.fileBytes),
    both("cpu", limits.cpuSeconds),
    both("nofile", limits.openFiles),
    both("core", 0),
    "nice",
    "-n",
    "5",
  ];
}
