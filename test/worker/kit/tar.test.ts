import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readTar } from "../../../worker/kit/tar";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "soulcaster-tar-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const LONG = `top/${"a-long-folder-name/".repeat(12)}file.js`;
const FILES: Record<string, string> = {
  "top/a.js": "export const a = 1;\n",
  "top/empty.js": "",
  "top/exact.js": "x".repeat(1_024),
  [LONG]: "long\n",
  "top/grüße.js": "ü\n",
};

/** An archive of the files above, made by the machine's own tar. */
function archive(format: string): Uint8Array {
  for (const [name, text] of Object.entries(FILES)) {
    const place = path.join(folder, name);
    mkdirSync(path.dirname(place), { recursive: true });
    writeFileSync(place, text);
  }
  const link = path.join(folder, "top/link.js");
  rmSync(link, { force: true });
  symlinkSync("/etc/passwd", link);
  return execFileSync("tar", [`--format=${format}`, "-cf", "-", "-C", folder, "top"]);
}

/** The bytes in pieces of a size that fits nothing. */
function streamOf(bytes: Uint8Array, piece = 700): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.byteLength) return controller.close();
      controller.enqueue(bytes.subarray(at, at + piece));
      at += piece;
    },
  });
}

async function read(
  stream: ReadableStream<Uint8Array>,
  wanted: (path: string) => boolean = () => true,
) {
  const files: Record<string, string | null> = {};
  for await (const { path: name, content } of readTar(stream, wanted)) {
    files[name] = content && new TextDecoder().decode(content);
  }
  return files;
}

describe("reading a tar archive", () => {
  test.each(["gnu", "pax"])("finds every file of a %s archive, and no link", async (format) => {
    expect(await read(streamOf(archive(format)))).toEqual(FILES);
    expect(await read(streamOf(archive(format), 1_000_000))).toEqual(FILES);
  });

  test("holds only what is wanted", async () => {
    const files = await read(streamOf(archive("gnu")), (name) => name === "top/a.js");
    expect(files["top/a.js"]).toBe(FILES["top/a.js"]);
    expect(files[LONG]).toBeNull();
  });

  test("says so when it ends in the middle", async () => {
    const bytes = archive("gnu");
    await expect(read(streamOf(bytes.subarray(0, 700)))).rejects.toThrow("ends in the middle");
    const noise = new Uint8Array(2_048).fill(65);
    await expect(read(streamOf(noise))).rejects.toThrow(/tar:/);
  });
});
