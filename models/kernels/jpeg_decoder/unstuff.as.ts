import { MARKER_START } from "../jpeg.ts";
import { VECTOR_BYTES } from "../memory.ts";
import { STATE_AT, STATE_TARGET } from "./memory_map.ts";

/**
 * Copies the bits of a scan from `from` to where the state says, without the zeros that follow each
 * byte of ones (T.81, F.1.2.3), up to a marker, and returns the address of that. The bytes are
 * written downwards, each below the one before: so eight of them, read as a little-endian number,
 * are the next 64 bits with the first one highest.
 */
export function unstuff(from: usize): usize {
  let target = <usize>load<u32>(STATE_AT + STATE_TARGET);
  while (true) {
    const bytes = v128.load(from);
    v128.store(target - VECTOR_BYTES, reversed(bytes));
    const found = i8x16.bitmask(i8x16.eq(bytes, i8x16.splat(<i8>MARKER_START)));
    // The bytes before the first of ones. What was written beyond them is written over by those
    // that follow.
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
