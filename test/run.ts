import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import path from "node:path";

/** `npm test`: check, units, workerd, one whole journey in a real browser. `--deep` adds all that takes longer. */
const ROOT = path.join(import.meta.dirname, "..");
const deep = process.argv.includes("--deep");

const BROWSERS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

type Step = { name: string; command: string; args: string[]; env?: Record<string, string> };

const WORKERD = "test/vitest.workers.config.ts";
/** Tests in workerd mostly wait, so the two halves run beside each other and all else; whole when their coverage is measured. */
const workerd = deep
  ? [vitest("workerd", WORKERD, "--coverage")]
  : [
      vitest("workerd: runs", WORKERD, "test/worker/fix"),
      vitest("workerd: all else", WORKERD, "--exclude", "test/worker/fix/**"),
    ];
const checkAndUnits = [
  { name: "check", command: "npm", args: ["run", "--silent", "check"] },
  vitest("units", "test/vitest.node.config.ts"),
];
/** Steps of one row run at the same time. */
const rows: Step[][] = deep ? [checkAndUnits, workerd] : [[...checkAndUnits, ...workerd]];

const browser = process.env["CHROMIUM"] ?? BROWSERS.find((one) => existsSync(one));
if (browser) {
  rows.push([{ ...vitest("journey", "test/vitest.e2e.config.ts"), env: { CHROMIUM: browser } }]);
} else if (process.env["CI"]) {
  fail(
    "There is no Chromium here. In CI the browser journey must run: install the package chromium.",
  );
}

for (const row of rows) {
  if (row.length > 1) console.log(`\n${row.map(({ name }) => name).join(", ")} …`);
  const passed = await Promise.all(row.map((step) => run(step, row.length === 1)));
  const failed = row.filter((_, i) => !passed[i]).map(({ name }) => name);
  if (failed.length > 0) fail(`Failed: ${failed.join(", ")}.`);
}
if (!browser) {
  console.log("\nThe browser journey was left out: no Chromium found (set CHROMIUM to its path).");
}

function vitest(name: string, config: string, ...more: string[]): Step {
  return {
    name,
    command: "node_modules/.bin/vitest",
    args: ["run", "--config", config, ...more],
  };
}

/** Runs a step to its end; what it prints comes at once when it is alone, else when it is done. Returns whether it passed. */
async function run({ name, command, args, env }: Step, alone: boolean): Promise<boolean> {
  const began = Date.now();
  if (alone) console.log(`\n── ${name} ──`);
  const child = spawn(command, args, {
    cwd: ROOT,
    stdio: ["ignore", alone ? "inherit" : "pipe", alone ? "inherit" : "pipe"],
    env: { ...process.env, ...env, ...(deep ? { SOULCASTER_DEEP: "1" } : {}) },
  });
  const printed: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => printed.push(chunk));
  }
  const [code] = (await once(child, "close")) as [number | null];
  if (!alone) console.log(`\n── ${name} ──\n${Buffer.concat(printed).toString()}`);
  const seconds = Math.round((Date.now() - began) / 1000);
  console.log(`── ${name} ${code === 0 ? "passed" : "failed"} in ${seconds} s ──`);
  return code === 0;
}

function fail(message: string): never {
  console.error(`\n${message}`);
  process.exit(1);
}
