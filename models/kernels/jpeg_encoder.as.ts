/**
 * Encodes tiles of pictures as baseline JPEG (ITU-T T.81), in a memory laid out as memory_map.ts
 * describes.
 */
import {
  BLOCK_BYTES,
  CB_AT,
  CHROMINANCE_CODES_AT,
  CHROMINANCE_DIVISION_AT,
  CR_AT,
  LEFT_AT,
  LUMINANCE_CODES_AT,
  LUMINANCE_DIVISION_AT,
  MCU_SIDE,
  PIXELS_AT,
  PREDICTORS_AT,
  RIGHT_AT,
} from "./jpeg_encoder/memory_map.ts";
import { drop, flush, reset, wholeVectors } from "./jpeg_encoder/bit_writer.as.ts";
import { stuff } from "./jpeg_encoder/byte_stuffing.as.ts";
import { convert } from "./jpeg_encoder/colour_conversion.as.ts";
import { encodeBlock, encodeEmptyBlock } from "./jpeg_encoder/entropy_coding.as.ts";
import { transform } from "./jpeg_encoder/forward_dct.as.ts";

// Exported for their tests.
export { convert, stuff, transform };

const PIXEL_BYTES = 3;
const COMPONENTS = 3;
/** True if jfdctint.c transforms the picture, false if jfdctfst.c does. */
let isAccurate = false;

/** Starts a picture: resets the output and the DC predictors. */
export function start(usesAccurateDct: bool): void {
  isAccurate = usesAccurateDct;
  reset();
  memory.fill(PREDICTORS_AT, 0, COMPONENTS * sizeof<i32>());
}

/**
 * Encodes the MCUs of a tile whose pixels are in memory (T.81, A.2.3). Only the first `2 *
 * pairCount` of its 16 rows are part of the picture, and only the left half of the last MCU if
 * `endsHalf` is true. Returns the number of file bytes produced.
 */
export function encode(mcuCount: i32, pairCount: i32, endsHalf: bool): usize {
  const hasLowerBlocks = pairCount > MCU_SIDE / 4;
  for (let mcu = 0; mcu < mcuCount; mcu++) {
    const hasRightBlocks = !endsHalf || mcu < mcuCount - 1;
    convert(PIXELS_AT + mcu * MCU_SIDE * PIXEL_BYTES, pairCount);
    encodeLuminance(LEFT_AT, true);
    encodeLuminance(RIGHT_AT, hasRightBlocks);
    encodeLuminance(LEFT_AT + BLOCK_BYTES, hasLowerBlocks);
    encodeLuminance(RIGHT_AT + BLOCK_BYTES, hasLowerBlocks && hasRightBlocks);
    transformAndEncode(CB_AT, CHROMINANCE_DIVISION_AT, CHROMINANCE_CODES_AT, PREDICTORS_AT + sizeof<i32>());
    transformAndEncode(CR_AT, CHROMINANCE_DIVISION_AT, CHROMINANCE_CODES_AT, PREDICTORS_AT + 2 * sizeof<i32>());
  }
  const count = wholeVectors();
  const stuffed = stuff(count);
  drop(count);
  return stuffed;
}

/** Writes the remaining bits after the last tile. Returns the number of file bytes produced. */
export function finish(): usize {
  return stuff(flush());
}

/** Encodes a block of luminance, which is empty if it lies outside of the picture. */
function encodeLuminance(block: usize, isInside: bool): void {
  if (isInside) transformAndEncode(block, LUMINANCE_DIVISION_AT, LUMINANCE_CODES_AT, PREDICTORS_AT);
  else encodeEmptyBlock(LUMINANCE_CODES_AT);
}

function transformAndEncode(block: usize, division: usize, codes: usize, predictor: usize): void {
  encodeBlock(block, codes, predictor, transform(block, division, isAccurate));
}
