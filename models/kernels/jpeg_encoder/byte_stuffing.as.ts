import { MARKER_START } from "../jpeg.ts";
import { VECTOR_BYTES } from "../memory.ts";
import { BYTES_AT, WORDS_AT } from "./memory_map.ts";

/**
 * Swizzle vector that reverses the bytes of each word: words hold their first bits in their last
 * byte.
 */
const BYTES_IN_ORDER = memory.data<u8>([3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12], 16);
const MARKER_STARTS = memory.data<u32>([MARKER_START * 0x01010101]);

/** Address of the next byte of the file. */
let bytesEnd: usize = 0;

/**
 * Converts the first `count` bytes of the words to bytes of the file, and stuffs a zero after each
 * byte that could start a marker (T.81, F.1.2.3). Returns the number of file bytes.
 */
export function stuff(count: usize): usize {
  bytesEnd = BYTES_AT;
  let at: usize = 0;
  for (; at + VECTOR_BYTES <= count; at += VECTOR_BYTES) {
    const bytes = i8x16.swizzle(v128.load(at + WORDS_AT), v128.load(BYTES_IN_ORDER));
    if (i8x16.bitmask(i8x16.eq(bytes, v128.load32_splat(MARKER_STARTS)))) {
      stuffBytes(at, at + VECTOR_BYTES);
    } else {
      v128.store(bytesEnd, bytes);
      bytesEnd += VECTOR_BYTES;
    }
  }
  stuffBytes(at, count);
  return bytesEnd - BYTES_AT;
}

/** Writes the bytes from `at` to `end` one by one. */
function stuffBytes(at: usize, end: usize): void {
  let to = bytesEnd;
  for (; at < end; at++) {
    const byte = load<u8>((at ^ 3) + WORDS_AT);
    store<u8>(to++, byte);
    if (byte == MARKER_START) store<u8>(to++, 0);
  }
  bytesEnd = to;
}
