import { MARKER_START } from "../jpeg.ts";
import { VECTOR_BYTES } from "../memory.ts";
import { STATE_AT, STATE_TARGET } from "./memory_map.ts";

/**
 * Copies the bits of a scan from `from` to the target address in the state, removes the stuffed
 * zero after each 0xff byte (T.81, F.1.2.3), and stops before a marker. Returns the address of the
 * marker. Bytes are written downwards, each below the previous one: eight of them, read as a
 * little-endian number, are the next 64 bits with the first one highest.
 */
export function unstuff(from: usize): usize {
  let target = <usize>load<u32>(STATE_AT + STATE_TARGET);
  while (true) {
    const bytes = v128.load(from);
    v128.store(target - VECTOR_BYTES, reversed(bytes));
    const found = i8x16.bitmask(i8x16.eq(bytes, i8x16.splat(<i8>MARKER_START)));
    // The number of bytes before the first 0xff. Bytes written beyond them are overwritten by the
    // following ones.
    const plain = ctz(found | (1 << VECTOR_BYTES));
    from += plain;
    target -= plain;
    if (found == 0) continue;
    if (load<u8>(from, 1) != 0) break;
    target -= 1;
    store<u8>(target, <u8>MARKER_START);
    from += 2;
  }
  store<u32>(STATE_AT + STATE_TARGET, <u32>target);
  return from;
}

@inline
function reversed(bytes: v128): v128 {
  return i8x16.shuffle(bytes, bytes, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
}
