import { VECTOR_BYTES } from "../memory.ts";
import { WORDS_AT } from "./memory_map.ts";

const WORD_BITS: u32 = 32;
const WORD_BYTES: u32 = 4;

/**
 * The bits that make no word yet, the last one lowest; above them are bits that were written
 * before.
 */
let pending: u64 = 0;
/** The number of those bits, at most 31. */
let pendingCount: u32 = 0;
/** The address of the next word. */
let wordsEnd: usize = WORDS_AT;

/** Begins a picture: nothing is written yet. */
@inline
export function reset(): void {
  pending = 0;
  pendingCount = 0;
  wordsEnd = WORDS_AT;
}

/**
 * Writes the lowest `length` of `bits`, at most 32, above which all must be 0. Nothing branches: a
 * word is stored each time, and if it was not full then the next one goes over it.
 */
@inline
export function write(bits: u32, length: u32): void {
  const written = pending << length | bits;
  const count = pendingCount + length;
  const end = wordsEnd;
  store<u32>(end, <u32>(written >> (count - WORD_BITS)));
  pending = written;
  pendingCount = count % WORD_BITS;
  wordsEnd = end + count / WORD_BITS * WORD_BYTES;
}

/**
 * Fills the last byte with ones (T.81, F.1.2.3) and stores the word that is not full. Returns the
 * number of bytes written.
 */
@inline
export function flush(): usize {
  const missing = (0 - pendingCount) & 7;
  write((1 << missing) - 1, missing);
  store<u32>(wordsEnd, <u32>(pending << (WORD_BITS - pendingCount)));
  return wordsEnd - WORDS_AT + (pendingCount >> 3);
}

/** Returns the number of bytes written so far, in whole vectors. */
@inline
export function wholeVectors(): usize {
  return (wordsEnd - WORDS_AT) & ~(VECTOR_BYTES - 1);
}

/** Drops the first `count` bytes and moves the rest, less than a vector, to their place. */
@inline
export function drop(count: usize): void {
  v128.store(WORDS_AT, v128.load(count + WORDS_AT));
  wordsEnd -= count;
}
