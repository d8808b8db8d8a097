import { SAMPLE_CENTRE } from "../jpeg.ts";
import { interleaveHigh16, interleaveHigh8, interleaveLow16, interleaveLow8 } from "../vector/interleave.as.ts";
import { writePixels } from "./colour_conversion.as.ts";
import { PIXELS_AT_ONCE } from "./memory_map.ts";

const PIXEL_BYTES = 3;
/** Chroma samples processed at once. */
const LANES = 8;

const CENTRE = memory.data<i16>([<i16>SAMPLE_CENTRE, <i16>SAMPLE_CENTRE]);
const THREE = memory.data<i16>([3, 3]);

/** Writes a row of `groups` times 16 pixels whose chroma has full horizontal resolution. */
export function wholeRow(luma: usize, cb: usize, cr: usize, target: usize, groups: i32): void {
  do {
    const y = v128.load(luma);
    writePixels(
      target,
      lowBytes(y),
      centred(v128.load_ext<u8>(cb)),
      centred(v128.load_ext<u8>(cr)),
      highBytes(y),
      centred(v128.load_ext<u8>(cb, LANES)),
      centred(v128.load_ext<u8>(cr, LANES)),
    );
    luma += PIXELS_AT_ONCE;
    cb += PIXELS_AT_ONCE;
    cr += PIXELS_AT_ONCE;
    target += PIXEL_BYTES * PIXELS_AT_ONCE;
  } while (--groups);
}

@inline
function centred(chroma: v128): v128 {
  return i16x8.sub(chroma, v128.load32_splat(CENTRE));
}

/** Returns the lower eight bytes as 16-bit numbers. */
@inline
function lowBytes(bytes: v128): v128 {
  return interleaveLow8(bytes, i8x16.splat(0));
}

/** Returns the upper eight bytes as 16-bit numbers. */
@inline
function highBytes(bytes: v128): v128 {
  return interleaveHigh8(bytes, i8x16.splat(0));
}

/**
 * Writes a row of pixels whose chroma has half the horizontal resolution, and possibly half the
 * vertical one. Chroma is interpolated with the triangle filter of jdsample.c ("fancy upsampling"):
 * 3/4 of the nearer row and 1/4 of the farther one, and of the result 3/4 of the nearer column and
 * 1/4 of its left or right neighbour. Sums are in sixteenths; `leftRounding` is added to those of
 * the left pixel of each pair, `rightRounding` to the others. If near and far are the same row, the
 * sums are four times those of h2v1. The samples beside the row are read; they must repeat those at
 * its ends.
 */
export function halvedRow(
  luma: usize,
  cbNear: usize,
  cbFar: usize,
  crNear: usize,
  crFar: usize,
  target: usize,
  groups: i32,
  leftRounding: i32,
  rightRounding: i32,
): void {
  // Includes the subtraction of the centre.
  const left = i16x8.splat(<i16>(leftRounding - 16 * SAMPLE_CENTRE));
  const right = i16x8.splat(<i16>(rightRounding - 16 * SAMPLE_CENTRE));
  // Vertical sums of eight columns and of the next eight.
  let cb = bothRows(v128.load_ext<u8>(cbNear - LANES), v128.load_ext<u8>(cbFar - LANES));
  let cr = bothRows(v128.load_ext<u8>(crNear - LANES), v128.load_ext<u8>(crFar - LANES));
  let cbNext = bothRows(v128.load_ext<u8>(cbNear), v128.load_ext<u8>(cbFar));
  let crNext = bothRows(v128.load_ext<u8>(crNear), v128.load_ext<u8>(crFar));
  do {
    const cbBefore = cb;
    const crBefore = cr;
    cb = cbNext;
    cr = crNext;
    cbNext = bothRows(v128.load_ext<u8>(cbNear, LANES), v128.load_ext<u8>(cbFar, LANES));
    crNext = bothRows(v128.load_ext<u8>(crNear, LANES), v128.load_ext<u8>(crFar, LANES));
    const cbLeft = bothColumns(cb, lastAndSeven(cbBefore, cb), left);
    const cbRight = bothColumns(cb, sevenAndFirst(cb, cbNext), right);
    const crLeft = bothColumns(cr, lastAndSeven(crBefore, cr), left);
    const crRight = bothColumns(cr, sevenAndFirst(cr, crNext), right);
    const y = v128.load(luma);
    writePixels(
      target,
      lowBytes(y),
      interleaveLow16(cbLeft, cbRight),
      interleaveLow16(crLeft, crRight),
      highBytes(y),
      interleaveHigh16(cbLeft, cbRight),
      interleaveHigh16(crLeft, crRight),
    );
    luma += PIXELS_AT_ONCE;
    cbNear += LANES;
    cbFar += LANES;
    crNear += LANES;
    crFar += LANES;
    target += PIXEL_BYTES * PIXELS_AT_ONCE;
  } while (--groups);
}

/** Returns three times the samples of the nearer row and once those of the farther one. */
@inline
function bothRows(near: v128, far: v128): v128 {
  return i16x8.add(i16x8.mul(near, v128.load32_splat(THREE)), far);
}

/** Returns three times a column and once its neighbour, rounded. */
@inline
function bothColumns(column: v128, neighbour: v128, rounding: v128): v128 {
  const sum = i16x8.add(i16x8.mul(column, v128.load32_splat(THREE)), neighbour);
  return i16x8.shr_s(i16x8.add(sum, rounding), 4);
}

/** Returns the last of `one` and the first seven of `other`. */
@inline
function lastAndSeven(one: v128, other: v128): v128 {
  return i16x8.shuffle(one, other, 7, 8, 9, 10, 11, 12, 13, 14);
}

/** Returns the last seven of `one` and the first of `other`. */
@inline
function sevenAndFirst(one: v128, other: v128): v128 {
  return i16x8.shuffle(one, other, 1, 2, 3, 4, 5, 6, 7, 8);
}
