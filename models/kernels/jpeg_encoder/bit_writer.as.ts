import { VECTOR_BYTES } from "../memory.ts";
import { WORDS_AT } from "./memory_map.ts";

const WORD_BITS: u32 = 32;
const WORD_BYTES: u32 = 4;

/**
 * Bits that do not fill a word yet, the latest one lowest; the bits above them were written before.
 */
let pending: u64 = 0;
/** Number of pending bits, at most 31. */
let pendingCount: u32 = 0;
/** Address of the next word. */
let wordsEnd: usize = WORDS_AT;

/** Resets the output for a new picture. */
@inline
export function reset(): void {
  pending = 0;
  pendingCount = 0;
  wordsEnd = WORDS_AT;
}

/**
 * Writes the lowest `length` bits of `bits`, at most 32; all higher bits must be 0. There are no
 * branches: a word is stored each time, and overwritten by the next one if it was not full.
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
 * Fills the last byte with ones (T.81, F.1.2.3) and stores the incomplete word. Returns the number
 * of bytes written.
 */
@inline
export function flush(): usize {
  const missing = (0 - pendingCount) & 7;
  write((1 << missing) - 1, missing);
  store<u32>(wordsEnd, <u32>(pending << (WORD_BITS - pendingCount)));
  return wordsEnd - WORDS_AT + (pendingCount >> 3);
}

/** Returns the number of bytes written so far, rounded down to whole vectors. */
@inline
export function wholeVectors(): usize {
  return (wordsEnd - WORDS_AT) & ~(VECTOR_BYTES - 1);
}

/** Drops the first `count` bytes and moves the rest, less than a vector, to the start. */
@inline
export function drop(count: usize): void {
  v128.store(WORDS_AT, v128.load(count + WORDS_AT));
  wordsEnd -= count;
}
