// Runs before `npm start` and `npm test`, before anything is installed: plain Node, no dependency.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

const root = path.join(import.meta.dirname, "..", "..");
const marker = path.join(root, "node_modules", ".lock-sha256");
const [major, minor] = process.versions.node.split(".").map(Number);

if (major < 20 || (major === 20 && minor < 19)) {
  fail(`Soulcaster needs Node 20.19 or newer; this is ${process.versions.node}.`);
}
if (spawnSync("git", ["--version"]).error) fail("Soulcaster needs git on the PATH.");

const lock = createHash("sha256")
  .update(readFileSync(path.join(root, "package-lock.json")))
  .digest("hex");
if (!existsSync(marker) || readFileSync(marker, "utf8") !== lock) {
  console.log("Installing packages (about a minute, once) …");
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const result = spawnSync(npm, ["ci", "--no-audit", "--no-fund"], { cwd: root, stdio: "inherit" });
  if (result.status !== 0) fail("npm ci failed; see above.");
  writeFileSync(marker, lock);
}

function fail(message) {
  console.error(`\n${message}\n`);
  process.exit(1);
}
