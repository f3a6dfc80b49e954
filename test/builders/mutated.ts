import fc from "fast-check";

/** The payload with one to six of its values replaced, removed, doubled or wrapped, at any depth. */
export function mutated(payload: unknown): fc.Arbitrary<unknown> {
  const strange = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.constantFrom(
      null,
      "",
      0,
      -1,
      1e308,
      true,
      [],
      {},
      "\u0000\ud800",
      "__proto__",
      "x".repeat(5_000),
    ),
    fc.constantFrom<unknown>(
      [[]],
      [null],
      { values: null },
      { frames: [null, 3, {}] },
      "javascript:1",
    ),
  );
  const step = fc.record({
    at: fc.nat(10_000),
    by: strange,
    how: fc.constantFrom("set", "drop", "wrap"),
  });
  return fc.array(step, { minLength: 1, maxLength: 6 }).map((steps) => {
    const copy = structuredClone(payload);
    for (const { at, by, how } of steps) {
      const spots = spotsOf(copy);
      const spot = spots[at % spots.length];
      if (!spot) continue;
      if (how === "drop") delete spot.holder[spot.key];
      else spot.holder[spot.key] = how === "wrap" ? [spot.holder[spot.key]] : structuredClone(by);
    }
    return copy;
  });
}

/** The bytes with one to eight places changed, cut out, doubled or filled with noise, or with an end cut off. */
export function mutatedBytes(bytes: Uint8Array): fc.Arbitrary<Uint8Array<ArrayBuffer>> {
  const step = fc.record({
    at: fc.nat(),
    length: fc.nat(40),
    noise: fc.uint8Array({ minLength: 1, maxLength: 12 }),
    how: fc.constantFrom("set", "drop", "double", "insert", "end"),
  });
  return fc.array(step, { minLength: 1, maxLength: 8 }).map((steps) => {
    let list = [...bytes];
    for (const { at, length, noise, how } of steps) {
      const place = list.length === 0 ? 0 : at % list.length;
      if (how === "end") list = list.slice(0, place);
      else if (how === "drop") list.splice(place, length);
      else if (how === "double") list.splice(place, 0, ...list.slice(place, place + length));
      else list.splice(place, how === "set" ? noise.length : 0, ...noise);
    }
    return Uint8Array.from(list);
  });
}

type Spot = { holder: Record<string, unknown>; key: string };

function spotsOf(value: unknown): Spot[] {
  if (typeof value !== "object" || value === null) return [];
  const holder = value as Record<string, unknown>;
  return Object.keys(holder).flatMap((key) => [{ holder, key }, ...spotsOf(holder[key])]);
}
