import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openCell } from "./cell";
import { defaultLimits } from "./limits";
import { collect } from "./collect";

/**
 * How commands are kept away from the host. `none` means that they run as plain child processes of the service: good enough
 * to try the product, not to run code one does not trust. `reason` says why nothing better was found.
 */
export type Isolation = { kind: "bubblewrap" | "unshare" | "none"; reason?: string };

const HIDDEN = "a file of the host";
const PROBE = [
  'echo "uid=$(id -u)"',
  'echo "links=$(tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d " " | tr "\\n" ",")"',
  'grep CapEff /proc/self/status | tr -d "\\t"',
  'if [ -e "$1" ]; then echo "host=visible"; else echo "host=hidden"; fi',
  "if touch /usr/probe 2>/dev/null; then echo system=writable; else echo system=read-only; fi",
].join("\n");
const EXPECTED = ["links=lo,", "CapEff:0000000000000000", "host=hidden", "system=read-only"];

/**
 * Opens a real cell of that kind and looks around from inside. Resolves to undefined when everything is as it must be, else
 * to what was wrong, in one line.
 */
export async function probeIsolation(kind: "bubblewrap" | "unshare"): Promise<string | undefined> {
  const dir = await mkdtemp(join(tmpdir(), "soulcaster-probe-"));
  try {
    const cell = await openCell({
      kind,
      dir: join(dir, "cell"),
      hosts: [],
      tools: [],
      limits: defaultLimits,
      onConnection: (socket) => socket.destroy(),
    });
    try {
      const launched = await cell.launch({
        argv: ["/bin/bash", "-c", PROBE, "probe", join(dir, HIDDEN)],
        cwd: "/home/user",
        env: { PATH: "/usr/bin:/bin" },
        stdin: false,
      });
      const [said] = await Promise.all([collect(launched.stdout, 10_000), launched.exited]);
      const lines = said.toString("utf8").split("\n");
      const missing = EXPECTED.filter((line) => !lines.includes(line));
      if (lines.includes("uid=0")) missing.push("uid other than 0");
      return missing.length > 0 ? `the probe missed ${missing.join(" and ")}` : undefined;
    } finally {
      await cell.close();
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** Tries bubblewrap, then unshare, each for real; `none` with the reasons of both when neither works. */
export async function detectIsolation(): Promise<Isolation> {
  const bubblewrap = await probeIsolation("bubblewrap");
  if (bubblewrap === undefined) return { kind: "bubblewrap" };
  const unshare = await probeIsolation("unshare");
  if (unshare === undefined) return { kind: "unshare", reason: `bubblewrap: ${bubblewrap}` };
  return { kind: "none", reason: `bubblewrap: ${bubblewrap}; unshare: ${unshare}` };
}
