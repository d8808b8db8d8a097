import { VECTOR_BYTES } from "../../../kernels/memory.ts";
import { BLOCK_SIZE, ZIGZAG } from "../block.ts";

/** An index that makes a byte 0 when the bytes of a vector are put in another order. */
const NOWHERE = 255;
/**
 * The quarters of a block whose coefficients, as bytes, fill a vector each: two rows, or 16 places
 * of the zigzag order.
 */
const QUARTERS = Array.from({ length: BLOCK_SIZE / VECTOR_BYTES }, (_, quarter) => quarter);

/**
 * Returns the vectors by which two rows of a block at a time are put into zigzag order: for each
 * quarter of that order and each pair of rows, where in those rows each coefficient of the quarter
 * is, 255 if it is in others.
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
