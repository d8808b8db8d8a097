import type { Frame, Variable } from "../../../wasm/frame.ts";
import { type Code, i32, i64, sequence } from "../../../wasm/instructions.ts";
import { PENDING_AT, PENDING_COUNT_AT, WORDS_END_AT } from "./memory_map.ts";

const memory = 0;
const WORD_BITS = 32;

/** What the writer knows, from `open` to `close`. */
export interface BitWriter {
  /** i64: bits that make no word yet, the last one lowest; above them is what was written before. */
  readonly pending: Variable;
  /** i32: how many they are, at most 31. */
  readonly pendingCount: Variable;
  /** i32: where the next word goes. */
  readonly wordsEnd: Variable;
}

/** A writer's variables in the frame of the function that uses it. */
export function writerIn(frame: Frame): BitWriter {
  return { pending: frame.local("i64"), pendingCount: frame.local("i32"), wordsEnd: frame.local("i32") };
}

/** Takes over where the last writer stopped. */
export function openWriter({ pending, pendingCount, wordsEnd }: BitWriter): Code {
  return sequence(
    pending.set(i64.load({ memory, offset: PENDING_AT }, i32.constant(0))),
    pendingCount.set(i32.load({ memory, offset: PENDING_COUNT_AT }, i32.constant(0))),
    wordsEnd.set(i32.load({ memory, offset: WORDS_END_AT }, i32.constant(0))),
  );
}

export function closeWriter({ pending, pendingCount, wordsEnd }: BitWriter): Code {
  return sequence(
    i64.store({ memory, offset: PENDING_AT }, i32.constant(0), pending.get),
    i32.store({ memory, offset: PENDING_COUNT_AT }, i32.constant(0), pendingCount.get),
    i32.store({ memory, offset: WORDS_END_AT }, i32.constant(0), wordsEnd.get),
  );
}

/**
 * Writes the lowest `length` of `bits`, above which all must be 0; no more than 32. Nothing branches: a word is stored each time, and
 * if it was not full then the next one goes over it.
 */
export function write({ bits, length }: { bits: Code; length: Code }, writer: BitWriter): Code {
  const { pending, pendingCount, wordsEnd } = writer;
  const room = i32.subtract(pendingCount.get, i32.constant(WORD_BITS));
  const word = i64.shiftRightUnsigned(pending.get, i64.extendI32Unsigned(room));
  // 4 if there are 32 bits or more, else 0.
  const written = i32.and(
    i32.shiftRightUnsigned(pendingCount.get, i32.constant(3)),
    i32.constant(WORD_BITS / 8),
  );
  return sequence(
    pending.set(i64.or(i64.shiftLeft(pending.get, i64.extendI32Unsigned(length)), i64.extendI32Unsigned(bits))),
    pendingCount.set(i32.add(pendingCount.get, length)),
    i64.store32({ memory, offset: 0 }, wordsEnd.get, word),
    wordsEnd.set(i32.add(wordsEnd.get, written)),
    pendingCount.set(i32.and(pendingCount.get, i32.constant(WORD_BITS - 1))),
  );
}
