import { logFailure } from "../../kit/log";
import { readTar } from "../../kit/tar";
import type { Forge } from "../forge/forge";
import { mayHoldCode } from "./source-files";
import { SourceIndexBuilder, type SourceIndex } from "./source-index";

/** Bounds of one index: what a Worker can read and count in a few seconds. */
const MOST_FILES = 4_000;
const FILE_BYTES = 200_000;
const ALL_BYTES = 12_000_000;

export type SourceCache = { archive: R2Bucket; projectId: string; repository: string };

/**
 * The index of a repository's source at a commit: from R2, else made from the code host's archive and kept there, per project,
 * repository and commit. An empty one where the archive cannot be read: a plan is possible without.
 */
export async function readSource(
  cache: SourceCache,
  forge: Pick<Forge, "archive">,
  sha: string,
): Promise<SourceIndex> {
  const key = `source/${cache.projectId}/${cache.repository.toLowerCase()}/${sha}.json`;
  const kept = await cache.archive.get(key);
  if (kept) return kept.json<SourceIndex>();
  try {
    const index = await indexArchive(await forge.archive(sha));
    await cache.archive.put(key, JSON.stringify(index));
    return index;
  } catch (error) {
    logFailure("source_index_failed", error, { repository: cache.repository });
    return new SourceIndexBuilder().build(false);
  }
}

/** Reads a `tar.gz` with one top folder, as code hosts make it. Binary files are left out. */
export async function indexArchive(archive: ReadableStream<Uint8Array>): Promise<SourceIndex> {
  const builder = new SourceIndexBuilder();
  let files = 0;
  let bytes = 0;
  const unpacked = archive.pipeThrough(
    new DecompressionStream("gzip") as ReadableWritablePair<Uint8Array, Uint8Array>,
  );
  const wanted = (path: string, size: number) =>
    size > 0 && size <= FILE_BYTES && mayHoldCode(inside(path));
  for await (const { path, content } of readTar(unpacked, wanted)) {
    const text = content && textOf(content);
    if (!text) continue;
    if (files >= MOST_FILES || bytes + content.byteLength > ALL_BYTES) return builder.build(false);
    files += 1;
    bytes += content.byteLength;
    builder.add(inside(path), text);
  }
  return builder.build(true);
}

function inside(path: string): string {
  return path.slice(path.indexOf("/") + 1);
}

function textOf(bytes: Uint8Array): string | null {
  if (bytes.subarray(0, 8_000).includes(0)) return null;
  return new TextDecoder().decode(bytes);
}
