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

/** As `dot`, for sums of vectors, which are kept in float64. */
export function dotOfSums(a: Float32Array | Float64Array, b: Float32Array | Float64Array): number {
  if (a instanceof Float32Array && b instanceof Float32Array) return dot(a, b);
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
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
