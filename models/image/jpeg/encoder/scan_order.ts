import { VECTOR_BYTES } from "../../../kernels/memory.ts";
import { BLOCK_SIZE, ZIGZAG } from "../block.ts";

/** An index for which the swizzle instruction returns 0. */
const NOWHERE = 255;
/**
 * Quarters of a block. The coefficients of each, as bytes, fill one vector: two rows, or 16 places
 * of the zigzag order.
 */
const QUARTERS = Array.from({ length: BLOCK_SIZE / VECTOR_BYTES }, (_, quarter) => quarter);

/**
 * Returns the swizzle vectors that put two rows of a block at a time into zigzag order. For each
 * quarter of that order and each pair of rows, a vector holds the position in these rows of each
 * coefficient of the quarter, or 255 if the coefficient is in another pair.
 */
export function scanOrder(): Uint8Array<ArrayBuffer> {
  const vectors = QUARTERS.flatMap((quarter) => {
    const places = ZIGZAG.slice(quarter * VECTOR_BYTES, (quarter + 1) * VECTOR_BYTES);
    return QUARTERS.map((rows) => places.map((place) => within(place - rows * VECTOR_BYTES)));
  });
  return Uint8Array.from(vectors.flat());
}

function within(place: number): number {
  return place >= 0 && place < VECTOR_BYTES ? place : NOWHERE;
}
