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

export type DirectoryDeps = { db: Db; clock(): number; mirrors: MirrorPort };

const FRESH_MS = 60_000;
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
  const known = await deps.mirrors.mirror(nameOf(channel, key)).catch((error: unknown) => {
    logFailure("mirror_not_read", error);
    return null;
  });
  if (known && !fresh && deps.clock() - known.at < FRESH_MS) return known;
  const found = await within(ASK_WITHIN_MS, () => findSourceAt(deps.db, channel, key)).catch(
    (error: unknown) => {
      if (!known || fresh) throw error;
      logFailure("source_read_from_mirror", error);
      return known;
    },
  );
  if (found && found !== known) await rememberSource(deps, found);
  if (!found && known) await deps.mirrors.remember(nameOf(channel, key), null);
  return found;
}

/** Writes a source's mirrors: under its address, and in its own meter. What fails is found again within a minute. */
export async function rememberSource(deps: DirectoryDeps, found: AddressedSource): Promise<void> {
  await eachMirror(deps, found, (name) => deps.mirrors.remember(name, found));
}

/** Removes the mirrors of a source, or, of one that has a new address, the mirror of the old one. */
export async function forgetSource(deps: DirectoryDeps, gone: AddressedSource): Promise<void> {
  await eachMirror(deps, gone, (name) => deps.mirrors.remember(name, null));
}

async function eachMirror(
  deps: DirectoryDeps,
  { source }: AddressedSource,
  write: (name: string) => Promise<void>,
): Promise<void> {
  const names = new Set([source.id, nameOf(source.channel, source.addressKey ?? source.id)]);
  for (const name of names) {
    await write(name).catch((error: unknown) => logFailure("mirror_not_written", error));
  }
}

function nameOf(channel: SourceChannel, key: string): string {
  return channel === "webhook" ? key : `${channel}:${key}`;
}
