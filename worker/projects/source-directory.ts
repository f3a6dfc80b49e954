import type { SourceChannel } from "../domain/source";
import { within } from "../kit/deadline";
import { logFailure } from "../kit/log";
import type { Db } from "../store/db";
import { findSourceAt, type AddressedSource } from "../store/sources";
import type { Mirror } from "./meter-object";

/** A mirror in a meter: the name is what an address carries. */
export type MirrorPort = {
  mirror(name: string): Promise<Mirror | null>;
  remember(name: string, source: AddressedSource | null): Promise<void>;
};

export type DirectoryDeps = {
  db: Db;
  clock(): number;
  mirrors: MirrorPort;
  /** Mirrors that this isolate has read, by name: one call less for each delivery. */
  recent: Map<string, Mirror>;
};

const FRESH_MS = 60_000;
const RECENT_LIMIT = 1_000;
/** A database that is slower than this is as good as down: whoever delivers waits. */
const ASK_WITHIN_MS = 300;

/**
 * The source that an address means: from its mirror, or from the database when the mirror is older than a minute or `fresh` is
 * asked. While the database does not answer, an old mirror counts. Throws what the database throws when there is no mirror.
 */
export async function findAddressed(
  deps: DirectoryDeps,
  channel: SourceChannel,
  key: string,
  { fresh }: { fresh: boolean } = { fresh: false },
): Promise<AddressedSource | null> {
  const name = nameOf(channel, key);
  const known = await recentMirror(deps, name);
  if (known && !fresh && deps.clock() - known.at < FRESH_MS) return known;
  const found = await within(ASK_WITHIN_MS, () => findSourceAt(deps.db, channel, key)).catch(
    (error: unknown) => {
      if (!known || fresh) throw error;
      logFailure("source_read_from_mirror", error);
      return known;
    },
  );
  if (found && found !== known) await rememberSource(deps, found);
  if (!found && known) await write(deps, name, null);
  return found;
}

async function recentMirror(deps: DirectoryDeps, name: string): Promise<Mirror | null> {
  const recent = deps.recent.get(name);
  if (recent && deps.clock() - recent.at < FRESH_MS) return recent;
  const mirror = await deps.mirrors.mirror(name).catch((error: unknown) => {
    logFailure("mirror_not_read", error);
    return recent ?? null;
  });
  if (mirror) deps.recent.set(name, mirror);
  return mirror;
}

/** Writes a source's mirrors: under its address, and in its own meter. What fails is found again within a minute. */
export async function rememberSource(deps: DirectoryDeps, found: AddressedSource): Promise<void> {
  await eachMirror(deps, found, (name) => write(deps, name, found));
}

/** Removes the mirrors of a source, or, of one that has a new address, the mirror of the old one. */
export async function forgetSource(deps: DirectoryDeps, gone: AddressedSource): Promise<void> {
  await eachMirror(deps, gone, (name) => write(deps, name, null));
}

async function write(
  deps: DirectoryDeps,
  name: string,
  source: AddressedSource | null,
): Promise<void> {
  if (deps.recent.size > RECENT_LIMIT) deps.recent.clear();
  if (source) deps.recent.set(name, { ...source, at: deps.clock() });
  else deps.recent.delete(name);
  await deps.mirrors.remember(name, source);
}

async function eachMirror(
  deps: DirectoryDeps,
  { source }: AddressedSource,
  each: (name: string) => Promise<void>,
): Promise<void> {
  const names = new Set([source.id, nameOf(source.channel, source.addressKey ?? source.id)]);
  for (const name of names) {
    await each(name).catch((error: unknown) => logFailure("mirror_not_written", error));
  }
}

function nameOf(channel: SourceChannel, key: string): string {
  return channel === "webhook" ? key : `${channel}:${key}`;
}
