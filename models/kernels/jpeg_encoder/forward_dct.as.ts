import {
  interleaveHigh16,
  interleaveHigh32,
  interleaveHigh64,
  interleaveLow16,
  interleaveLow32,
  interleaveLow64,
} from "../vector/interleave.as.ts";
import { accuratePass } from "./accurate_dct.as.ts";
import { fastPass } from "./fast_dct.as.ts";
import { nonzeroCoefficients } from "./quantisation.as.ts";

/**
 * Transforms the samples of a block into quantised coefficients, in place. Returns a bit for each
 * coefficient that is not 0, in zigzag order, the first one lowest.
 */
export function transform(block: usize, division: usize, isAccurate: bool): u64 {
  // Rows first and columns second, as libjpeg does, because every step rounds.
  transformRows(block, division, isAccurate, true);
  transformRows(block, division, isAccurate, false);
  return nonzeroCoefficients(block);
}

/** Transforms each row of a block and transposes the block. */
@inline
function transformRows(block: usize, division: usize, isAccurate: bool, isFirst: bool): void {
  const row0 = v128.load(block, 0);
  const row1 = v128.load(block, 16);
  const row2 = v128.load(block, 32);
  const row3 = v128.load(block, 48);
  const row4 = v128.load(block, 64);
  const row5 = v128.load(block, 80);
  const row6 = v128.load(block, 96);
  const row7 = v128.load(block, 112);

  // Transposes in three steps, each of which interleaves numbers twice as wide.
  const low01 = interleaveLow16(row0, row1);
  const high01 = interleaveHigh16(row0, row1);
  const low23 = interleaveLow16(row2, row3);
  const high23 = interleaveHigh16(row2, row3);
  const low45 = interleaveLow16(row4, row5);
  const high45 = interleaveHigh16(row4, row5);
  const low67 = interleaveLow16(row6, row7);
  const high67 = interleaveHigh16(row6, row7);

  const upper01 = interleaveLow32(low01, low23);
  const upper23 = interleaveHigh32(low01, low23);
  const upper45 = interleaveLow32(high01, high23);
  const upper67 = interleaveHigh32(high01, high23);
  const lower01 = interleaveLow32(low45, low67);
  const lower23 = interleaveHigh32(low45, low67);
  const lower45 = interleaveLow32(high45, high67);
  const lower67 = interleaveHigh32(high45, high67);

  const in0 = interleaveLow64(upper01, lower01);
  const in1 = interleaveHigh64(upper01, lower01);
  const in2 = interleaveLow64(upper23, lower23);
  const in3 = interleaveHigh64(upper23, lower23);
  const in4 = interleaveLow64(upper45, lower45);
  const in5 = interleaveHigh64(upper45, lower45);
  const in6 = interleaveLow64(upper67, lower67);
  const in7 = interleaveHigh64(upper67, lower67);

  if (isAccurate) accuratePass(block, division, isFirst, in0, in1, in2, in3, in4, in5, in6, in7);
  else fastPass(block, division, isFirst, in0, in1, in2, in3, in4, in5, in6, in7);
}
