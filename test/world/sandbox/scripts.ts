/** The small programs that run around commands. All are given to `bash -c` or `node -e`; none is a file inside a sandbox. */

/**
 * Opens the sandbox's doors to the network: listens inside its network namespace and hands the listening sockets to the
 * service over Node's own channel, so that no process of ours stays inside. Runs before any other process of the sandbox. Port
 * 80 makes `http://<virtual host>` work for every client, 3128 is the proxy, 4801 is port 80 for where that is not possible.
 */
export const DOORS = `
const net = require("node:net");
process.once("disconnect", () => process.exit(1));
process.once("message", () => process.exit(0));
function openDoor(port) {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once("error", (error) => (port === 80 ? resolve() : reject(error)));
    server.listen(port, "127.0.0.1", () => process.send({ door: port }, server, resolve));
  });
}
(async () => {
  for (const port of [80, 3128, 4801]) await openDoor(port);
  process.send({ ready: true });
})().catch((error) => {
  process.send({ failed: String(error) });
});
`;

const DEAF = 'trap "" HUP INT QUIT TERM USR1 USR2 PIPE ALRM TSTP TTIN TTOU';
const WAIT = `${DEAF}; while IFS= read -r _; do :; done`;

/**
 * Process 1 of a sandbox. It opens the doors and then only waits for its standard input to end, which happens when the service
 * closes it or dies in whatever way; the kernel then ends all other processes of the sandbox. Arguments: node, DOORS. As
 * root it gives up its rights after the doors are open; as an ordinary user it keeps those of the user namespace, which is
 * what forbids commands to trace it. bash also collects the dead that were left to it.
 */
export function holderScript(isRoot: boolean): string {
  const drop =
    "setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all --ambient-caps=-all --bounding-set=-all --no-new-privs";
  return [
    DEAF,
    '"$1" -e "$2" || exit 1',
    "exec 3>&-",
    isRoot ? `exec ${drop} bash --norc -c '${WAIT}' holder` : WAIT,
  ].join("\n");
}

/**
 * Starts one command. Descriptor 3 brings, each ended by a zero byte: the folder, the variables, the command and its arguments
 * (so none of it shows in the host's process list); descriptor 4 takes the process id, or "cwd" when the folder cannot be
 * entered. Should memory run out, a sandbox is the first victim and not the host.
 */
export const LAUNCH = `
mapfile -d "" -t -u 3 all
echo 1000 2>/dev/null >/proc/self/oom_score_adj || :
cd -- "\${all[0]}" 2>/dev/null || { echo cwd >&4; exit 1; }
echo "$$" >&4
exec env -i -- "\${all[@]:1}" 3<&- 4>&-
`;
