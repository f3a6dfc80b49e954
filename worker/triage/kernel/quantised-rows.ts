import { kernelModule } from "#kernel";

type KernelExports = {
  memory: WebAssembly.Memory;
  quantise(
    source: number,
    target: number,
    chunks: number,
    scale: number,
    rests: number,
    restStride: number,
  ): number;
  scan(
    rows: number,
    chunks: number,
    rests: number,
    restStride: number,
    count: number,
    iFrom: number,
    iTo: number,
    jFrom: number,
    jTo: number,
    firstLook: number,
    line: number,
    out: number,
  ): number;
  compare(
    query: number,
    rows: number,
    chunks: number,
    count: number,
    scale: number,
    out: number,
  ): void;
};

/** The largest int16 that is used. 1.0 as this: then the square of a unit vector's length fits an int32. */
const LARGEST = 32_760;
/** Dimensions between two looks at the bound, in kernel.ts too. */
const CHUNK = 64;
/** Rows on a side of a block: two sides of 768 dimensions fit in 300 kB of cache. A multiple of 3 and 4. */
export const BLOCK = 96;
/** Longer vectors do not fit int16; float32 may make a unit vector a little longer. */
const LONGEST_SQUARED = 1.0001;
/** Vectors that are compared at once at most. */
export const COMPARED = 8;
const BYTES_A_PAIR = 12;
const PAGE = 65_536;
/** What float32 arithmetic inside the kernel may add to the error of quantising. */
const FLOAT_ERROR = 2e-6;

/**
 * Vectors of length 1 or less as int16 rows in WebAssembly memory: 2 bytes a dimension, and 4 bytes per 64 dimensions. One
 * float32 row is staged at a time.
 */
export class QuantisedRows {
  private readonly kernel: KernelExports;
  private readonly chunks: number;
  private readonly columns: number;
  private readonly at: { rows: number; rests: number; out: number };
  private readonly staged: Float32Array;
  private readonly whole: Uint32Array;
  private readonly dots: Float32Array;
  private one = LARGEST;
  private worstError = 0;
  private count = 0;

  constructor(
    readonly dimensions: number,
    readonly capacity: number,
  ) {
    this.chunks = Math.max(1, Math.ceil(dimensions / CHUNK));
    // The last tile of three or four rows reads past the last row, and the very last column is for a query.
    this.columns = Math.ceil(capacity / 12) * 12 + 12;
    const staging = this.chunks * CHUNK * 4;
    const rows = staging + this.columns * this.chunks * CHUNK * 2;
    const rests = rows + this.columns * this.chunks * 4;
    this.at = { rows: staging, rests: rows, out: rests };
    // A module without imports: its instance is made at once, also where nothing may be compiled.
    this.kernel = new WebAssembly.Instance(kernelModule).exports as unknown as KernelExports;
    const { memory } = this.kernel;
    const bytes = rests + Math.max(BLOCK * BLOCK * BYTES_A_PAIR, COMPARED * this.columns * 4);
    memory.grow(Math.max(0, Math.ceil((bytes - memory.buffer.byteLength) / PAGE)));
    this.staged = new Float32Array(memory.buffer, 0, this.chunks * CHUNK);
    this.whole = new Uint32Array(memory.buffer, this.at.out);
    this.dots = new Float32Array(memory.buffer, this.at.out);
  }

  get size(): number {
    return this.count;
  }

  get bytes(): number {
    return this.kernel.memory.buffer.byteLength;
  }

  /** How far a quantised dot product may be from the true one: by Cauchy-Schwarz, from the errors that were made. */
  get error(): number {
    return (2 * this.worstError + this.worstError ** 2 / this.one) / this.one + FLOAT_ERROR;
  }

  /** Writes `scale * vector` (of length 1 or less) into a row, and counts the row in. */
  set(row: number, vector: Float32Array | Float64Array, scale: number): void {
    if (row < 0 || row >= this.capacity) throw new RangeError(`No row ${row}.`);
    this.write(row, vector, scale);
    this.count = Math.max(this.count, row + 1);
  }

  /**
   * The quantised dot product of a vector of length 1 or less with each row, off by `error` at most. The answer is a view that
   * the next call overwrites.
   */
  compare(vector: Float32Array): Float32Array {
    this.write(this.columns - 1, vector, 1);
    return this.compareRows([this.columns - 1])[0]!;
  }

  /** The same for the vectors of some rows, `COMPARED` at most: each block of rows is read from memory once for all of them. */
  compareRows(rows: readonly number[]): Float32Array[] {
    const { kernel, chunks, bytesARow, count } = this;
    const scale = this.one ** -2;
    for (let from = 0; from < count; from += BLOCK) {
      const size = Math.min(BLOCK, count - from);
      const block = this.at.rows + from * bytesARow;
      for (const [at, row] of rows.entries()) {
        const out = this.at.out + (at * this.columns + from) * 4;
        kernel.compare(this.at.rows + row * bytesARow, block, chunks, size, scale, out);
      }
    }
    return rows.map((_, at) => this.dots.subarray(at * this.columns, at * this.columns + count));
  }

  /** Forgets all rows. */
  clear(): void {
    this.count = 0;
    this.worstError = 0;
    this.one = LARGEST;
  }

  /**
   * Forgets all rows, and quantises those to come, which are these (of length 1 or less) and means of them, as finely as their
   * largest numbers allow: several times more so, in general. Such rows can be compared, but have no `eachPair`.
   */
  clearFor(vectors: Iterable<{ vector: Float32Array; scale: number }>): void {
    this.clear();
    let [largest, longest] = [0, 0];
    for (const { vector, scale } of vectors) {
      for (let from = 0; from < vector.length; from += CHUNK) {
        let squared = 0;
        for (let d = from; d < Math.min(from + CHUNK, vector.length); d++) {
          const value = Math.abs(vector[d]! * scale);
          if (value > largest) largest = value;
          squared += value * value;
        }
        if (squared > longest) longest = squared;
      }
    }
    const finest = Math.min(LARGEST / largest, LARGEST / Math.sqrt(longest));
    if (finest > LARGEST) this.one = finest;
  }

  /** Forgets a row: the last one moves into its place. */
  remove(row: number): void {
    const { rows, rests } = this.at;
    const last = this.count - 1;
    const bytes = new Uint8Array(this.kernel.memory.buffer);
    const from = rows + last * this.bytesARow;
    bytes.copyWithin(rows + row * this.bytesARow, from, from + this.bytesARow);
    for (let chunk = 0; chunk < this.chunks; chunk++) {
      const line = rests + chunk * this.columns * 4;
      bytes.copyWithin(line + row * 4, line + last * 4, line + last * 4 + 4);
    }
    this.count = last;
  }

  /**
   * Tells of the pairs i < j of one block whose dot product may exceed `line`: none that does is missing. What is told is
   * off by `error` at most. Blocks are named by their first rows, multiples of `BLOCK`.
   */
  eachPair(
    iFrom: number,
    jFrom: number,
    line: number,
    tell: (i: number, j: number, dot: number) => void,
  ): void {
    if (this.one !== LARGEST) throw new RangeError("Rows that are too fine.");
    const { rows, rests, out } = this.at;
    const found = this.kernel.scan(
      rows,
      this.chunks,
      rests,
      this.columns * 4,
      this.count,
      iFrom,
      Math.min(iFrom + BLOCK, this.count),
      jFrom,
      Math.min(jFrom + BLOCK, this.count),
      this.firstLook(line),
      (line - this.error) * LARGEST ** 2,
      out,
    );
    const { whole, dots } = this;
    for (let at = 0; at < found * 3; at += 3) {
      tell(whole[at]!, whole[at + 1]!, dots[at + 2]! / LARGEST ** 2);
    }
  }

  private get bytesARow(): number {
    return this.chunks * CHUNK * 2;
  }

  private write(row: number, vector: Float32Array | Float64Array, scale: number): void {
    if (vector.length !== this.dimensions) throw new RangeError("A vector of another length.");
    let squared = 0;
    for (let d = 0; d < vector.length; d++) {
      const value = vector[d]! * scale;
      this.staged[d] = value;
      squared += value * value;
    }
    if (!(squared < LONGEST_SQUARED)) throw new RangeError("A vector longer than 1.");
    const { rows, rests } = this.at;
    const target = rows + row * this.bytesARow;
    const stride = this.columns * 4;
    const error = this.kernel.quantise(0, target, this.chunks, this.one, rests + row * 4, stride);
    this.worstError = Math.max(this.worstError, Math.sqrt(error));
  }

  /** The chunk after which a pair of average rows that has nothing in common so far falls below the line. */
  private firstLook(line: number): number {
    const rests = new Float32Array(this.kernel.memory.buffer, this.at.rests);
    const sample = Math.min(this.count, 64);
    for (let chunk = 0; chunk < this.chunks - 1; chunk++) {
      let sum = 0;
      for (let s = 0; s < sample; s++) {
        sum += rests[chunk * this.columns + Math.floor((s * this.count) / sample)]!;
      }
      if ((sum / sample / LARGEST) ** 2 < line) return chunk;
    }
    return this.chunks - 1;
  }
}
