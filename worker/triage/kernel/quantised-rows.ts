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

/** 1.0 as an int16, with some room. The square of a unit vector's length then fits an int32 with room as well. */
const ONE = 32_760;
/** Dimensions between two looks at the bound, in kernel.ts too. */
const CHUNK = 64;
/** Rows on a side of a block: two sides of 768 dimensions fit in 300 kB of cache. A multiple of 3 and 4. */
export const BLOCK = 96;
/** Longer vectors do not fit int16; float32 may make a unit vector a little longer. */
const LONGEST_SQUARED = 1.0001;
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
    const bytes = rests + Math.max(BLOCK * BLOCK * BYTES_A_PAIR, this.columns * 4);
    memory.grow(Math.max(0, Math.ceil((bytes - memory.buffer.byteLength) / PAGE)));
    this.staged = new Float32Array(memory.buffer, 0, this.chunks * CHUNK);
  }

  get size(): number {
    return this.count;
  }

  get bytes(): number {
    return this.kernel.memory.buffer.byteLength;
  }

  /** How far a quantised dot product may be from the true one: by Cauchy-Schwarz, from the errors that were made. */
  get error(): number {
    return (2 * this.worstError + this.worstError ** 2 / ONE) / ONE + FLOAT_ERROR;
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
    return this.compareRow(this.columns - 1);
  }

  /** The same with the vector of a row. */
  compareRow(row: number): Float32Array {
    const { rows, out } = this.at;
    const address = rows + row * this.bytesARow;
    this.kernel.compare(address, rows, this.chunks, this.count, 1 / (ONE * ONE), out);
    return new Float32Array(this.kernel.memory.buffer, out, this.count);
  }

  /** Forgets all rows. */
  clear(): void {
    this.count = 0;
    this.worstError = 0;
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
      (line - this.error) * ONE * ONE,
      out,
    );
    const { buffer } = this.kernel.memory;
    const whole = new Uint32Array(buffer, out, found * 3);
    const dots = new Float32Array(buffer, out, found * 3);
    for (let at = 0; at < found * 3; at += 3) {
      tell(whole[at]!, whole[at + 1]!, dots[at + 2]! / (ONE * ONE));
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
    const error = this.kernel.quantise(0, target, this.chunks, ONE, rests + row * 4, stride);
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
      if ((sum / sample / ONE) ** 2 < line) return chunk;
    }
    return this.chunks - 1;
  }
}
