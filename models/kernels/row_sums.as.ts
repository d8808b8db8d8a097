/**
 * Computes sums of picture rows, and of spans of their pixels; see
 * `models/image/resample/row_sums.ts`.
 */
import { VECTOR_BYTES } from "./memory.ts";
import { interleaveLow16 } from "./vector/interleave.as.ts";

/** Bytes of a row that are added at once, and bytes of their 16-bit sums. */
const GROUP_BYTES = VECTOR_BYTES;
const GROUP_SUM_BYTES = 2 * VECTOR_BYTES;
/** Bytes of the sums of one pixel: R, G and B of 16 bits each. */
const PIXEL_SUM_BYTES = 3 * 2;
/** Bytes of a span: the address of its first sums, and its number of pixels. */
const SPAN_BYTES = 8;

/** Adds `weight` times each of `groups` times 16 bytes to as many 16-bit sums, modulo 2^16. */
export function addRow(source: usize, sums: usize, groups: i32, weight: i32): void {
  const weights = i16x8.splat(<i16>weight);
  do {
    addEight(v128.load_ext<u8>(source), sums, weights);
    addEight(v128.load_ext<u8>(source, 8), sums + VECTOR_BYTES, weights);
    source += GROUP_BYTES;
    sums += GROUP_SUM_BYTES;
  } while (--groups);
}

@inline
function addEight(bytes: v128, sums: usize, weights: v128): void {
  v128.store(sums, i16x8.add(v128.load(sums), i16x8.mul(bytes, weights)));
}

/**
 * Adds up the sums of the pixels of each span: R, G, B and one meaningless number. Reads two bytes
 * after the last pixel.
 */
export function addSpans(spans: usize, target: usize, count: i32): void {
  do {
    let total = i32x4.splat(0);
    let at = <usize>load<u32>(spans);
    for (let left = load<u32>(spans, 4); left != 0; left--) {
      total = i32x4.add(total, interleaveLow16(v128.load64_zero(at), i32x4.splat(0)));
      at += PIXEL_SUM_BYTES;
    }
    v128.store(target, total);
    spans += SPAN_BYTES;
    target += VECTOR_BYTES;
  } while (--count);
}
