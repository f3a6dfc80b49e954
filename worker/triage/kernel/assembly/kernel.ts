// AssemblyScript: compiled by `npm run build:kernel` to ../kernel.wasm. All numbers are addresses in the one memory or
// counts; ../rows.ts lays the memory out and is the only caller. No allocation, no runtime, no globals.

/** Dimensions between two looks at the bound: 64 int16 are eight SIMD registers. */
const CHUNK: i32 = 64;
const CHUNK_BYTES: usize = 128;

/**
 * Writes `scale * source` as int16 and, after each chunk, the length of what is still to come, rounded up (`rests`,
 * `restStride` bytes apart: a table with one line per chunk and one column per row). Answers the squared length of the
 * rounding error.
 */
export function quantise(
  source: usize,
  target: usize,
  chunks: i32,
  scale: f32,
  rests: usize,
  restStride: usize,
): f32 {
  let errors = f32x4.splat(0);
  const scales = f32x4.splat(scale);
  for (let at: usize = 0; at < <usize>chunks * CHUNK_BYTES; at += 16) {
    const low = f32x4.mul(v128.load(source + 2 * at), scales);
    const high = f32x4.mul(v128.load(source + 2 * at + 16), scales);
    const lowWhole = f32x4.nearest(low);
    const highWhole = f32x4.nearest(high);
    const lowError = f32x4.sub(low, lowWhole);
    const highError = f32x4.sub(high, highWhole);
    errors = f32x4.add(errors, f32x4.mul(lowError, lowError));
    errors = f32x4.add(errors, f32x4.mul(highError, highError));
    v128.store(
      target + at,
      i16x8.narrow_i32x4_s(i32x4.trunc_sat_f32x4_s(lowWhole), i32x4.trunc_sat_f32x4_s(highWhole)),
    );
  }
  let rest: i64 = 0;
  for (let chunk = chunks - 1; chunk >= 0; chunk--) {
    store<f32>(rests + <usize>chunk * restStride, <f32>(Math.sqrt(<f64>rest) * 1.000001));
    const from = target + <usize>chunk * CHUNK_BYTES;
    let sum = i32x4.splat(0);
    for (let at: usize = 0; at < CHUNK_BYTES; at += 16) {
      const one = v128.load(from + at);
      sum = i32x4.add(sum, i32x4.dot_i16x8_s(one, one));
    }
    rest += <i64>i32x4.extract_lane(sum, 0) + <i64>i32x4.extract_lane(sum, 1);
    rest += <i64>i32x4.extract_lane(sum, 2) + <i64>i32x4.extract_lane(sum, 3);
  }
  return (
    f32x4.extract_lane(errors, 0) +
    f32x4.extract_lane(errors, 1) +
    f32x4.extract_lane(errors, 2) +
    f32x4.extract_lane(errors, 3)
  );
}

/** Four registers of four partial sums each → one register of the four sums. */
// @ts-ignore: decorator
@inline
function sums(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = i32x4.add(
    v128.shuffle<i32>(a, b, 0, 4, 1, 5),
    v128.shuffle<i32>(a, b, 2, 6, 3, 7),
  );
  const cd = i32x4.add(
    v128.shuffle<i32>(c, d, 0, 4, 1, 5),
    v128.shuffle<i32>(c, d, 2, 6, 3, 7),
  );
  return i32x4.add(
    v128.shuffle<i64>(ab, cd, 0, 2),
    v128.shuffle<i64>(ab, cd, 1, 3),
  );
}

/** Which of four pairs can still exceed the line: sum so far + the product of the lengths to come (Cauchy-Schwarz). */
// @ts-ignore: decorator
@inline
function hopeful(sum: v128, rest: v128, rests: v128, line: v128): v128 {
  return f32x4.gt(f32x4.add(f32x4.convert_i32x4_s(sum), f32x4.mul(rest, rests)), line);
}

// @ts-ignore: decorator
@inline
function emit(out: usize, i: i32, j: i32, sum: v128, passed: v128, count: i32): usize {
  let bits = i32x4.bitmask(passed);
  const values = f32x4.convert_i32x4_s(sum);
  for (let lane = 0; bits !== 0; lane++, bits >>= 1) {
    if ((bits & 1) === 0 || j + lane <= i || j + lane >= count || i >= count) continue;
    let value = f32x4.extract_lane(values, 0);
    if (lane === 1) value = f32x4.extract_lane(values, 1);
    if (lane === 2) value = f32x4.extract_lane(values, 2);
    if (lane === 3) value = f32x4.extract_lane(values, 3);
    store<i32>(out, i);
    store<i32>(out, j + lane, 4);
    store<f32>(out, value, 8);
    out += 12;
  }
  return out;
}

/**
 * All pairs i < j with i in [iFrom, iTo) and j in [jFrom, jTo) whose integer dot product exceeds `line`, as (i, j, dot)
 * of 12 bytes each at `out`. iFrom is a multiple of 3 and jFrom of 4; the memory must hold rows up to the next multiples.
 * Three rows meet four at a time, so that their twelve sums stay in registers; from chunk `firstLook` on, twelve that can
 * no longer exceed the line are left. Answers the number of pairs.
 */
export function scan(
  rows: usize,
  chunks: i32,
  rests: usize,
  restStride: usize,
  count: i32,
  iFrom: i32,
  iTo: i32,
  jFrom: i32,
  jTo: i32,
  firstLook: i32,
  line: f32,
  out: usize,
): i32 {
  const begin = out;
  const stride = <usize>chunks * CHUNK_BYTES;
  const lines = f32x4.splat(line);
  for (let i = iFrom; i < iTo; i += 3) {
    const a = rows + <usize>i * stride;
    for (let j = max(jFrom, i & ~3); j < jTo; j += 4) {
      const b = rows + <usize>j * stride;
      let s00 = i32x4.splat(0), s01 = i32x4.splat(0), s02 = i32x4.splat(0), s03 = i32x4.splat(0);
      let s10 = i32x4.splat(0), s11 = i32x4.splat(0), s12 = i32x4.splat(0), s13 = i32x4.splat(0);
      let s20 = i32x4.splat(0), s21 = i32x4.splat(0), s22 = i32x4.splat(0), s23 = i32x4.splat(0);
      let chunk = firstLook;
      let at: usize = 0;
      let end = <usize>(firstLook + 1) * CHUNK_BYTES;
      while (true) {
        for (; at < end; at += 16) {
          const a0 = v128.load(a + at);
          const a1 = v128.load(a + stride + at);
          const a2 = v128.load(a + 2 * stride + at);
          let bj = v128.load(b + at);
          s00 = i32x4.add(s00, i32x4.dot_i16x8_s(a0, bj));
          s10 = i32x4.add(s10, i32x4.dot_i16x8_s(a1, bj));
          s20 = i32x4.add(s20, i32x4.dot_i16x8_s(a2, bj));
          bj = v128.load(b + stride + at);
          s01 = i32x4.add(s01, i32x4.dot_i16x8_s(a0, bj));
          s11 = i32x4.add(s11, i32x4.dot_i16x8_s(a1, bj));
          s21 = i32x4.add(s21, i32x4.dot_i16x8_s(a2, bj));
          bj = v128.load(b + 2 * stride + at);
          s02 = i32x4.add(s02, i32x4.dot_i16x8_s(a0, bj));
          s12 = i32x4.add(s12, i32x4.dot_i16x8_s(a1, bj));
          s22 = i32x4.add(s22, i32x4.dot_i16x8_s(a2, bj));
          bj = v128.load(b + 3 * stride + at);
          s03 = i32x4.add(s03, i32x4.dot_i16x8_s(a0, bj));
          s13 = i32x4.add(s13, i32x4.dot_i16x8_s(a1, bj));
          s23 = i32x4.add(s23, i32x4.dot_i16x8_s(a2, bj));
        }
        const sum0 = sums(s00, s01, s02, s03);
        const sum1 = sums(s10, s11, s12, s13);
        const sum2 = sums(s20, s21, s22, s23);
        const level = rests + <usize>chunk * restStride;
        const ahead = v128.load(level + (<usize>j << 2));
        const mine = level + (<usize>i << 2);
        const hope0 = hopeful(sum0, v128.load32_splat(mine), ahead, lines);
        const hope1 = hopeful(sum1, v128.load32_splat(mine + 4), ahead, lines);
        const hope2 = hopeful(sum2, v128.load32_splat(mine + 8), ahead, lines);
        if (!v128.any_true(v128.or(v128.or(hope0, hope1), hope2))) break;
        chunk += 1;
        if (chunk === chunks) {
          out = emit(out, i, j, sum0, hope0, count);
          out = emit(out, i + 1, j, sum1, hope1, count);
          out = emit(out, i + 2, j, sum2, hope2, count);
          break;
        }
        end += CHUNK_BYTES;
      }
    }
  }
  return <i32>((out - begin) / 12);
}

/**
 * `scale` times the integer dot product of one row with each of `count`, as float32 at `out`, written in fours. Only the products
 * of one chunk have to fit an int32: chunks are added up as float32.
 */
export function compare(
  query: usize,
  rows: usize,
  chunks: i32,
  count: i32,
  scale: f32,
  out: usize,
): void {
  const stride = <usize>chunks * CHUNK_BYTES;
  const scales = f32x4.splat(scale);
  for (let j = 0; j < count; j += 4) {
    const b = rows + <usize>j * stride;
    let total = f32x4.splat(0);
    for (let from: usize = 0; from < stride; from += CHUNK_BYTES) {
      let s0 = i32x4.splat(0), s1 = i32x4.splat(0), s2 = i32x4.splat(0), s3 = i32x4.splat(0);
      for (let at = from; at < from + CHUNK_BYTES; at += 16) {
        const a = v128.load(query + at);
        s0 = i32x4.add(s0, i32x4.dot_i16x8_s(a, v128.load(b + at)));
        s1 = i32x4.add(s1, i32x4.dot_i16x8_s(a, v128.load(b + stride + at)));
        s2 = i32x4.add(s2, i32x4.dot_i16x8_s(a, v128.load(b + 2 * stride + at)));
        s3 = i32x4.add(s3, i32x4.dot_i16x8_s(a, v128.load(b + 3 * stride + at)));
      }
      total = f32x4.add(total, f32x4.convert_i32x4_s(sums(s0, s1, s2, s3)));
    }
    v128.store(out + (<usize>j << 2), f32x4.mul(total, scales));
  }
}
