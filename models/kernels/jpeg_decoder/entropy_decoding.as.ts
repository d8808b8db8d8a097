import { AC_SIZE_MAX, BLOCK_SIZE, CODE_MAX, END_OF_BLOCK, SIXTEEN_ZEROS, SIZE_BITS } from "../jpeg.ts";
import { extended, refillBytes, REFILLED_BITS, refilled } from "./bit_stream.as.ts";
import { codeOf, lengthOf, lookUp } from "./huffman_codes.as.ts";
import { transform } from "./inverse_dct.as.ts";
import {
  BLOCK_AC_TABLE,
  BLOCK_ADVANCE,
  BLOCK_AT,
  BLOCK_DC_TABLE,
  BLOCK_ENTRY_BYTES,
  BLOCK_PREDICTOR,
  BLOCK_QUANTISATION,
  BLOCK_STRIDE,
  BLOCK_TARGET,
  BLOCKS_AT,
  DECODED,
  GIVEN_UP,
  OFFSET_MASK,
  STATE_AT,
  STATE_BITS,
  STATE_COUNT,
  STATE_LIMIT,
  STATE_STREAM_AT,
  SUM_MAX,
} from "./memory_map.ts";

/** A code and its value, at most: what has to be loaded before each. */
const CODE_AND_VALUE_BITS: u32 = CODE_MAX + AC_SIZE_MAX;

/**
 * Decodes so many MCUs of the scan to samples (T.81, F.2.2); `blocksEnd` is the end of the list of an MCU's blocks. Returns
 * `GIVEN_UP` when something is not as it has to be.
 */
export function decode(mcus: i32, blocksEnd: usize): i32 {
  do {
    let block: usize = BLOCKS_AT;
    do {
      if (decodeBlock(block) != DECODED) return GIVEN_UP;
      block += BLOCK_ENTRY_BYTES;
    } while (block < blocksEnd);
    if (isOverdrawn()) return GIVEN_UP;
  } while (--mcus);
  return DECODED;
}

/** Returns true if more bits were taken than there are. */
@inline
function isOverdrawn(): bool {
  const left = (load<u32>(STATE_AT + STATE_STREAM_AT) << 3) + load<u32>(STATE_AT + STATE_COUNT);
  return left < load<u32>(STATE_AT + STATE_LIMIT);
}

/** Decodes one block, whose entry is at `block`: the coefficients, and from them the samples. */
function decodeBlock(block: usize): i32 {
  const quantisation = <usize>load<u32>(block, BLOCK_QUANTISATION);
  let bits = load<u64>(STATE_AT + STATE_BITS);
  let count = load<u32>(STATE_AT + STATE_COUNT);
  let at = <usize>load<u32>(STATE_AT + STATE_STREAM_AT);

  bits = refilled(bits, count, at);
  at -= refillBytes(count);
  count |= REFILLED_BITS;
  // A DC coefficient is stored as what it differs from the last one of its component (T.81, F.2.2.1).
  const dcTable = <usize>load<u32>(block, BLOCK_DC_TABLE);
  let entry = lookUp(dcTable, bits);
  let value = entry >> 16;
  let length = lengthOf(entry);
  if (value == 0) {
    const code = codeOf(entry, dcTable, bits);
    if (code == 0) return GIVEN_UP;
    bits <<= lengthOf(code);
    count -= lengthOf(code);
    length = code >> 8;
    value = extended(bits, length);
  }
  bits <<= length;
  count -= length;
  const predictor = <usize>load<u32>(block, BLOCK_PREDICTOR);
  value += load<i32>(predictor);
  store<i32>(predictor, value);
  const dc = value * (load<i32>(quantisation) >> 16);

  const acTable = <usize>load<u32>(block, BLOCK_AC_TABLE);
  let sum: u32 = abs(dc);
  let seen = 0;
  let index = 0;
  // An AC coefficient and the zeros before it (T.81, F.2.2.2).
  do {
    if (count < CODE_AND_VALUE_BITS) {
      bits = refilled(bits, count, at);
      at -= refillBytes(count);
      count |= REFILLED_BITS;
    }
    entry = lookUp(acTable, bits);
    value = entry >> 16;
    length = lengthOf(entry);
    if (value != 0) {
      index += (entry >> 8) & 0x1f;
    } else {
      const code = codeOf(entry, acTable, bits);
      if (code == 0) return GIVEN_UP;
      bits <<= lengthOf(code);
      count -= lengthOf(code);
      const symbol = code >> 8;
      if (symbol == END_OF_BLOCK) break;
      if (symbol == SIXTEEN_ZEROS) {
        index += 16;
        continue;
      }
      length = symbol & ((1 << SIZE_BITS) - 1);
      if (length == 0 || length > <u32>AC_SIZE_MAX) return GIVEN_UP;
      index += (symbol >> SIZE_BITS) + 1;
      value = extended(bits, length);
    }
    bits <<= length;
    count -= length;
    // The index is 62 + 16 at most; the table goes on as far.
    entry = load<i32>(quantisation + (index << 2));
    value *= entry >> 16;
    store<i16>(BLOCK_AT + (entry & OFFSET_MASK), <i16>value);
    seen |= entry;
    sum += abs(value);
  } while (index < BLOCK_SIZE - 1);

  store<u64>(STATE_AT + STATE_BITS, bits);
  store<u32>(STATE_AT + STATE_COUNT, count);
  store<u32>(STATE_AT + STATE_STREAM_AT, <u32>at);
  if (sum > <u32>SUM_MAX) return GIVEN_UP;
  const target = <usize>load<u32>(block, BLOCK_TARGET);
  store<u32>(block, <u32>target + load<u32>(block, BLOCK_ADVANCE), BLOCK_TARGET);
  return transform(dc, target, load<u32>(block, BLOCK_STRIDE), seen, sum);
}
