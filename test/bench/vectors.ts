/** Numbers in [0, 1), the same for the same seed. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Vectors that come in groups of 1 to 20 around a common direction, each group with a noise of its own: cosines inside a group
 * are between about 0.5 and 0.96, and near zero between groups. Half of the groups are single.
 */
export function groupedVectors(n: number, d: number, seed: number): Float32Array[] {
  const random = randomNumbers(seed);
  const around = (): number => random() + random() + random() - 1.5;
  const values = new Float32Array(n * d);
  const centre = new Float64Array(d);
  for (let row = 0; row < n;) {
    const size = random() < 0.5 ? 1 : 2 + Math.floor(random() ** 3 * 19);
    const noise = 0.2 + 0.8 * random();
    for (let k = 0; k < d; k++) centre[k] = around();
    for (const end = Math.min(n, row + size); row < end; row++) {
      for (let k = 0; k < d; k++) values[row * d + k] = centre[k]! + noise * around();
    }
  }
  return rowsOf(values, d);
}

/** Vectors of which this share are near copies of one, cosines about 0.98 to 0.998; the others resemble nothing. */
export function stormVectors(n: number, d: number, seed: number, share: number): Float32Array[] {
  const random = randomNumbers(seed);
  const around = (): number => random() + random() + random() - 1.5;
  const centre = Float64Array.from({ length: d }, around);
  const values = new Float32Array(n * d);
  for (let row = 0; row < n; row++) {
    const noise = 0.05 + 0.1 * random();
    for (let k = 0; k < d; k++) {
      values[row * d + k] = row < n * share ? centre[k]! + noise * around() : around();
    }
  }
  return rowsOf(values, d);
}

export function rowsOf(values: Float32Array, d: number): Float32Array[] {
  return Array.from({ length: values.length / d }, (_, i) => values.subarray(i * d, (i + 1) * d));
}
