import { AC_SIZE_MAX, BLOCK_SIDE, BLOCK_SIZE, CODE_MAX, END_OF_BLOCK, SIXTEEN_ZEROS } from "../jpeg.ts";
import { extended, refillBytes, REFILLED_BITS, refilled } from "./bit_stream.as.ts";
import { advanceOf, lengthOf, nextCoefficient, nextDifference, NONE, symbolOf, valueOf } from "./huffman_codes.as.ts";
import { transform } from "./inverse_dct.as.ts";
import { transformReduced } from "./reduced_dct.as.ts";
import {
  BLOCK_AC_TABLE,
  BLOCK_ADVANCE,
  BLOCK_AT,
  BLOCK_DC_TABLE,
  BLOCK_ENTRY_BYTES,
  BLOCK_PREDICTOR,
  BLOCK_QUANTISATION,
  BLOCK_SAMPLES,
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

/** Maximum length of a code and its value, in bits; as many must be loaded before each code. */
const CODE_AND_VALUE_BITS: u32 = CODE_MAX + AC_SIZE_MAX;

/**
 * Decodes `mcus` MCUs of the scan to samples (T.81, F.2.2); `blocksEnd` is the end of the list of
 * blocks of an MCU. Returns `GIVEN_UP` if anything is invalid or not supported.
 */
export function decode(mcus: i32, blocksEnd: usize): i32 {
  let bits = load<u64>(STATE_AT + STATE_BITS);
  let count = load<u32>(STATE_AT + STATE_COUNT);
  let at = <usize>load<u32>(STATE_AT + STATE_STREAM_AT);
  do {
    let block: usize = BLOCKS_AT;
    do {
      const quantisation = <usize>load<u32>(block, BLOCK_QUANTISATION);
      bits = refilled(bits, count, at);
      at -= refillBytes(count);
      count |= REFILLED_BITS;
      // A DC coefficient is coded as the difference from the previous one of its component (T.81,
      // F.2.2.1).
      let next = nextDifference(load<u32>(block, BLOCK_DC_TABLE), bits);
      if (next == NONE) return GIVEN_UP;
      bits <<= lengthOf(next);
      count -= lengthOf(next);
      const predictor = <usize>load<u32>(block, BLOCK_PREDICTOR);
      const level = load<i32>(predictor) + valueOf(next);
      store<i32>(predictor, level);
      const dc = level * (load<i32>(quantisation) >> 16);

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
        next = nextCoefficient(acTable, bits);
        bits <<= lengthOf(next);
        count -= lengthOf(next);
        if (valueOf(next) == 0) {
          if (symbolOf(next) == END_OF_BLOCK) break;
          if (symbolOf(next) != SIXTEEN_ZEROS) return GIVEN_UP;
          index += 16;
          continue;
        }
        index += advanceOf(next);
        // The index is at most 62 + 16; the table has entries up to there.
        const entry = load<i32>(quantisation + (index << 2));
        const value = valueOf(next) * (entry >> 16);
        store<i16>(entry & OFFSET_MASK, <i16>value, BLOCK_AT);
        seen |= entry;
        sum += abs(value);
      } while (index < BLOCK_SIZE - 1);

      if (sum > <u32>SUM_MAX || writeSamples(block, dc, seen, sum) != DECODED) return GIVEN_UP;
      block += BLOCK_ENTRY_BYTES;
    } while (block < blocksEnd);
    // More bits were consumed than the scan has.
    if ((<u32>at << 3) + count < load<u32>(STATE_AT + STATE_LIMIT)) return GIVEN_UP;
  } while (--mcus);
  store<u64>(STATE_AT + STATE_BITS, bits);
  store<u32>(STATE_AT + STATE_COUNT, count);
  store<u32>(STATE_AT + STATE_STREAM_AT, <u32>at);
  return DECODED;
}

/** Transforms the coefficients of a block to samples, and advances its target to the next MCU. */
@inline
function writeSamples(block: usize, dc: i32, seen: i32, sum: u32): i32 {
  const target = <usize>load<u32>(block, BLOCK_TARGET);
  store<u32>(block, <u32>target + load<u32>(block, BLOCK_ADVANCE), BLOCK_TARGET);
  const samples = load<u32>(block, BLOCK_SAMPLES);
  const stride = <usize>load<u32>(block, BLOCK_STRIDE);
  if (samples != BLOCK_SIDE) return transformReduced(dc, target, stride, seen, sum, samples);
  return transform(dc, target, stride, seen, sum);
}
