/** Source of random numbers in [0, 1). Tests and simulations pass a seeded one. */
export type Random = () => number;

/** The random numbers of this machine. Good for jitter and shuffles, not for secrets. */
export const SYSTEM_RANDOM: Random = Math.random;

/**
 * Returns a seeded generator (mulberry32, Tommy Ettinger 2017, public domain). The same seed gives
 * the same numbers.
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Returns a 32-bit FNV-1a hash of `text`, used to seed a shuffle from a task id. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash ^= text.charCodeAt(index);
    hash = Math.imul(hash, 0x01000193);
  }
  return hash >>> 0;
}
