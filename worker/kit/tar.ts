/** A file of a tar archive. `content` is null where it was not wanted. */
export type TarFile = { path: string; size: number; content: Uint8Array | null };

const BLOCK = 512;
/** Extended headers hold names; one that is longer than this is not one. */
const HEADER_LIMIT = 64 * 1024;

/**
 * The regular files of an unpacked tar stream, in its order, one at a time: only what is wanted is held in memory. Reads ustar, with
 * the long names of pax (POSIX.1-2001) and GNU. Throws where the stream ends in the middle. Whoever stops early cancels the stream.
 */
export async function* readTar(
  stream: ReadableStream<Uint8Array>,
  wanted: (path: string, size: number) => boolean,
): AsyncGenerator<TarFile> {
  const bytes = new ByteReader(stream);
  let longName: string | null = null;
  try {
    for (;;) {
      const header = await bytes.take(BLOCK);
      if (!header || header.every((byte) => byte === 0)) return;
      const size = sizeOf(header);
      const type = String.fromCharCode(header[156]!);
      if ((type === "x" || type === "L") && size <= HEADER_LIMIT) {
        const text = decode(await bytes.must(size));
        await bytes.skip(padding(size));
        const named: string | undefined = type === "x" ? paxPath(text) : text.replace(/\0.*$/s, "");
        longName = named ?? longName;
        continue;
      }
      const path: string = longName ?? nameOf(header);
      longName = null;
      const isFile = type === "0" || type === "\0";
      const content = isFile && wanted(path, size) ? await bytes.must(size) : null;
      await bytes.skip((content ? 0 : size) + padding(size));
      if (isFile) yield { path, size, content };
    }
  } finally {
    await bytes.cancel();
  }
}

function padding(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}

function nameOf(header: Uint8Array): string {
  const name = text(header, 0, 100);
  const prefix = text(header, 257, 262) === "ustar" ? text(header, 345, 500) : "";
  return prefix ? `${prefix}/${name}` : name;
}

function text(header: Uint8Array, from: number, to: number): string {
  return decode(header.subarray(from, to)).replace(/\0.*$/s, "");
}

/** Octal digits, as ustar has them; sizes beyond 8 GiB (base 256) are beyond us. */
function sizeOf(header: Uint8Array): number {
  const size = Number.parseInt(text(header, 124, 136).trim() || "0", 8);
  if (!Number.isSafeInteger(size) || size < 0) throw new Error("tar: a size cannot be read");
  return size;
}

/** Records of `{length} path={value}\n`. */
function paxPath(records: string): string | undefined {
  return /^\d+ path=(.*)$/m.exec(records)?.[1];
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** Takes bytes off a stream in the numbers that are asked for. */
class ByteReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array();

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader();
  }

  /** So many bytes; null at the very end. */
  async take(count: number): Promise<Uint8Array | null> {
    const taken = new Uint8Array(count);
    let at = 0;
    while (at < count) {
      if (this.#chunk.byteLength === 0 && !(await this.#next())) break;
      const part = this.#chunk.subarray(0, count - at);
      taken.set(part, at);
      at += part.byteLength;
      this.#chunk = this.#chunk.subarray(part.byteLength);
    }
    if (at === 0 && count > 0) return null;
    if (at < count) throw new Error("tar: the archive ends in the middle");
    return taken;
  }

  async must(count: number): Promise<Uint8Array> {
    const taken = await this.take(count);
    if (!taken) throw new Error("tar: the archive ends in the middle");
    return taken;
  }

  async skip(count: number): Promise<void> {
    let left = count;
    while (left > 0) {
      if (this.#chunk.byteLength === 0 && !(await this.#next()))
        throw new Error("tar: the archive ends in the middle");
      const part = Math.min(left, this.#chunk.byteLength);
      this.#chunk = this.#chunk.subarray(part);
      left -= part;
    }
  }

  async cancel(): Promise<void> {
    await this.#reader.cancel().catch(() => undefined);
  }

  async #next(): Promise<boolean> {
    const { value, done } = await this.#reader.read();
    if (done) return false;
    this.#chunk = value;
    return true;
  }
}
