import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";

/** `npm test`: check, units, workerd, one whole journey in a real browser. `--deep` adds all that takes longer. */
const ROOT = path.join(import.meta.dirname, "..");
const deep = process.argv.includes("--deep");

const BROWSERS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

type Step = { name: string; command: string; args: string[]; env?: Record<string, string> };

const steps: Step[] = [
  { name: "check", command: "npm", args: ["run", "--silent", "check"] },
  vitest("units", "test/vitest.node.config.ts"),
  vitest("workerd", "test/vitest.workers.config.ts"),
];

const browser = process.env["CHROMIUM"] ?? BROWSERS.find((one) => existsSync(one));
if (browser) {
  steps.push({ ...vitest("journey", "test/vitest.e2e.config.ts"), env: { CHROMIUM: browser } });
} else if (process.env["CI"]) {
  fail(
    "There is no Chromium here. In CI the browser journey must run: install the package chromium.",
  );
}

for (const { name, command, args, env } of steps) {
  console.log(`\n── ${name} ──`);
  const began = Date.now();
  const result = spawnSync(command, args, {
    cwd: ROOT,
    stdio: "inherit",
    env: { ...process.env, ...env, ...(deep ? { SOULCASTER_DEEP: "1" } : {}) },
  });
  if (result.status !== 0) fail(`${name} failed.`);
  console.log(`── ${name} passed in ${Math.round((Date.now() - began) / 1000)} s ──`);
}
if (!browser) {
  console.log("\nThe browser journey was left out: no Chromium found (set CHROMIUM to its path).");
}

function vitest(name: string, config: string): Step {
  const coverage = deep && name === "workerd" ? ["--coverage"] : [];
  return {
    name,
    command: "node_modules/.bin/vitest",
    args: ["run", "--config", config, ...coverage],
  };
}

function fail(message: string): never {
  console.error(`\n${message}`);
  process.exit(1);
}
