import { readFileSync } from "node:fs";
import { z } from "zod";
import { probeIsolation, startSandboxService } from "./index";

/**
 * Runs the service as a process of its own, for the tests that end it the hard way or run it as somebody else:
 * `tsx service-process.ts <options.json>`. Prints the URL on the first line, and stops when its standard input ends. With
 * `--probe` it prints what isolation its user can have, as JSON, and ends.
 */
const options = z.object({
  dir: z.string(),
  apiKey: z.string(),
  isolation: z.object({ kind: z.enum(["bubblewrap", "unshare", "none"]) }),
});

async function probe(): Promise<void> {
  const kinds = ["bubblewrap", "unshare"] as const;
  const faults = await Promise.all(kinds.map(probeIsolation));
  process.stdout.write(JSON.stringify(kinds.filter((_kind, at) => faults[at] === undefined)));
}

async function serve(path: string): Promise<void> {
  const parsed = options.parse(JSON.parse(readFileSync(path, "utf8")));
  const service = await startSandboxService({ ...parsed, hosts: {} });
  process.stdout.write(`${service.url}\n`);
  process.stdin.resume();
  process.stdin.once("end", () => void service.stop().then(() => process.exit(0)));
}

const [first = ""] = process.argv.slice(2);
void (first === "--probe" ? probe() : serve(first));
