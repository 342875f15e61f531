/**
 * A well-mixed 32-bit number for a place in the demo's world. Not a generator with a state: the same seed and place give the
 * same number whenever they are asked for, so every document is a function of the time alone.
 */
export function hash(seed: number, ...place: readonly number[]): number {
  let mixed = seed | 0;
  for (const part of place) {
    mixed = Math.imul(mixed ^ (part | 0), 0x9e3779b1);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b);
    mixed ^= mixed >>> 13;
  }
  return mixed >>> 0;
}

/** As {@link hash}, in [0, 1). */
export function unit(seed: number, ...place: readonly number[]): number {
  return hash(seed, ...place) / 2 ** 32;
}

/** `length` hexadecimal digits. */
export function hexDigits(length: number, seed: number, ...place: readonly number[]): string {
  let digits = '';
  for (let part = 0; digits.length < length; part++) {
    digits += hash(seed, ...place, part)
      .toString(16)
      .padStart(8, '0');
  }
  return digits.slice(0, length);
}
