import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { NewRunEvent } from "../../../worker/fix/run-log";
import type { AgentRunner } from "../../../worker/fix/runners/runner";
import type { Sandbox } from "../../../worker/fix/sandbox/sandbox";
import { LOOK_BYTES, readOn } from "../../../worker/fix/watch-agent";

/** Shows each line as it is. */
const echo: AgentRunner = {
  kind: "agent",
  name: "sandbox_kilo",
  wires: ["openai"],
  command: () => ({ argv: [], env: {}, files: [] }),
  parse: (line) => (line === "" ? null : { level: 3, kind: "output", text: line }),
};

/** The two calls that looking makes, on real files with the real tools. */
const sandbox = {
  read: async (file: string) => (existsSync(file) ? new Uint8Array(readFileSync(file)) : null),
  run: async (command: string) => {
    const output = execFileSync("bash", ["-c", command], { encoding: "utf8", maxBuffer: 1e8 });
    return { exitCode: 0, output, timedOut: false };
  },
} as unknown as Sandbox;

let dir: string;
let outputPath: string;
let exitPath: string;

beforeEach(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), "soulcaster-watch-"));
  outputPath = path.join(dir, "agent.out");
  exitPath = path.join(dir, "agent.exit");
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

const look = (offset: number) =>
  readOn(sandbox, { sandboxId: "s1", outputPath, exitPath, offset }, echo);
const texts = (events: NewRunEvent[]) => events.map((event) => event.text);

describe("the eye on an agent", () => {
  test("sees nothing before the agent has said anything", async () => {
    expect(await look(0)).toEqual({ offset: 0, exitCode: null, events: [] });
  });

  test("waits for the rest of a line, and for the rest of a character", async () => {
    const bytes = Buffer.from("first\nzweite Straße\n");
    const cut = bytes.indexOf(Buffer.from("ß")) + 1;
    writeFileSync(outputPath, bytes.subarray(0, cut));
    const one = await look(0);
    expect(texts(one.events)).toEqual(["first"]);
    appendFileSync(outputPath, bytes.subarray(cut));
    const two = await look(one.offset);
    expect(texts(two.events)).toEqual(["zweite Straße"]);
    expect(two.offset).toBe(bytes.byteLength);
  });

  test("takes a last line without an end once the agent has ended, and then tells how", async () => {
    writeFileSync(outputPath, "one\ntwo");
    writeFileSync(exitPath, "3\n");
    const { events, exitCode } = await look(0);
    expect(texts(events)).toEqual(["one", "two"]);
    expect(exitCode).toBe(3);
  });

  test("takes an exit file that says nothing for a failure", async () => {
    writeFileSync(outputPath, "");
    writeFileSync(exitPath, "");
    expect((await look(0)).exitCode).toBe(1);
  });

  test("reads all of a long output before it tells of the end", async () => {
    const line = `${"x".repeat(999)}\n`;
    writeFileSync(outputPath, line.repeat(300));
    writeFileSync(exitPath, "0\n");
    let offset = 0;
    let looks = 0;
    const seen: NewRunEvent[] = [];
    for (let exit: number | null = null; exit === null; looks++) {
      const read = await look(offset);
      ({ offset, exitCode: exit } = read);
      seen.push(...read.events);
    }
    expect(looks).toBe(3);
    expect(seen).toHaveLength(300);
  });

  test("cuts a line that is longer than a look, and goes on", async () => {
    writeFileSync(outputPath, `${"x".repeat(LOOK_BYTES + 10)}\nafter\n`);
    const one = await look(0);
    expect(one.offset).toBe(LOOK_BYTES);
    const two = await look(one.offset);
    expect(texts(two.events)).toEqual(["x".repeat(10), "after"]);
  });

  test("fits into what a sandbox keeps of a command's output", () => {
    expect(Math.ceil(LOOK_BYTES / 3) * 4).toBeLessThan(200_000);
  });

  test("sees the same lines under the same keys, however the output arrives", async () => {
    const pieces = fc.array(fc.string({ unit: "grapheme", maxLength: 12 }), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(pieces, fc.integer({ min: 1, max: 9 }), async (lines, step) => {
        rmSync(exitPath, { force: true });
        const all = Buffer.from(lines.map((line) => `${line}\n`).join(""));
        writeFileSync(outputPath, "");
        let offset = 0;
        const seen: NewRunEvent[] = [];
        for (let at = 0; at < all.byteLength; at += Math.ceil(all.byteLength / step)) {
          appendFileSync(outputPath, all.subarray(at, at + Math.ceil(all.byteLength / step)));
          const read = await look(offset);
          offset = read.offset;
          seen.push(...read.events);
        }
        expect(seen).toEqual((await look(0)).events);
        expect(new Set(seen.map((event) => event.key)).size).toBe(seen.length);
      }),
      { numRuns: 25 },
    );
  });
});
