/**
 * The dot product of two vectors of equal length, in float64. For unit vectors it is the cosine. Every comparison of
 * vectors goes through here, so that a faster kernel has one place to live. Only ever given Float32Array: with one kind of
 * array the compiler makes it several times faster.
 */
export function dot(a: Float32Array, b: Float32Array): number {
  const whole = a.length & ~3;
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  for (let i = 0; i < whole; i += 4) {
    s0 += a[i]! * b[i]!;
    s1 += a[i + 1]! * b[i + 1]!;
    s2 += a[i + 2]! * b[i + 2]!;
    s3 += a[i + 3]! * b[i + 3]!;
  }
  for (let i = whole; i < a.length; i++) s0 += a[i]! * b[i]!;
  return s0 + s1 + (s2 + s3);
}

// Sums of vectors are kept in float64. One kind of array for each parameter here too.

/** The dot product of two sums. */
export function dotOfTwoSums(a: Float64Array, b: Float64Array): number {
  let even = 0;
  let odd = 0;
  const whole = a.length & ~1;
  for (let d = 0; d < whole; d += 2) {
    even += a[d]! * b[d]!;
    odd += a[d + 1]! * b[d + 1]!;
  }
  return whole < a.length ? even + odd + a[whole]! * b[whole]! : even + odd;
}

/** The dot product of a sum and a vector. */
export function dotOfSumWith(sum: Float64Array, vector: Float32Array): number {
  let even = 0;
  let odd = 0;
  const whole = sum.length & ~1;
  for (let d = 0; d < whole; d += 2) {
    even += sum[d]! * vector[d]!;
    odd += sum[d + 1]! * vector[d + 1]!;
  }
  return whole < sum.length ? even + odd + sum[whole]! * vector[whole]! : even + odd;
}

/** Adds a sum to a sum, in place. */
export function addSum(sum: Float64Array, other: Float64Array): void {
  for (let d = 0; d < sum.length; d++) sum[d] = sum[d]! + other[d]!;
}

/** Adds `factor` times a vector to a sum, in place. */
export function addVector(sum: Float64Array, vector: Float32Array, factor: number): void {
  for (let d = 0; d < sum.length; d++) sum[d] = sum[d]! + vector[d]! * factor;
}

/**
 * Scales a vector to unit length in place and returns it, or returns `null` when it has no direction (all zeros, or a
 * value that is not finite).
 */
export function normalise(vector: Float32Array): Float32Array | null {
  const length = Math.sqrt(dot(vector, vector));
  if (!Number.isFinite(length) || length === 0) return null;
  for (let i = 0; i < vector.length; i++) vector[i] = vector[i]! / length;
  return vector;
}
