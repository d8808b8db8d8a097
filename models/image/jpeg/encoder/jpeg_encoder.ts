import { concat } from "../../../../protocol/kernel/concat.ts";
import { invariant } from "../../../../protocol/kernel/invariant.ts";
import { MCU_SIDE, PIXELS_AT, ROW_BYTES, TILE_PIXELS } from "../../../kernels/jpeg_encoder/memory_map.ts";
import { MARKER, MARKER_START } from "../marker.ts";
import type { Picture } from "../../picture.ts";
import { transformKind } from "./divisors.ts";
import { fileHeader } from "./file_header.ts";
import { KernelInstance } from "./kernel_instance.ts";
import { quantisationTables } from "./quantisation.ts";

/**
 * Largest side that libjpeg reads or writes (`JPEG_MAX_DIMENSION` of jmorecfg.h); the format itself
 * allows 65,535.
 */
const SIDE_MAX = 65_500;

/**
 * Writes baseline JPEGs (ITU-T T.81) with 4:2:0 colour by the vector instructions of WebAssembly,
 * byte for byte those that libjpeg-turbo writes through TurboJPEG 3 with its defaults. The picture
 * passes sixteen rows at a time through memory whose size does not depend on it.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const red = { width: 1, height: 1, data: Uint8Array.of(255, 0, 0) };
 * const jpeg = new JpegEncoder().encode(red, 85);
 * assertEquals([...jpeg.slice(0, 4)], [0xff, 0xd8, 0xff, 0xe0]);
 * ```
 */
export class JpegEncoder {
  #instance: KernelInstance | null = null;

  /** WebAssembly memory held, in bytes; the same for pictures of any size. */
  get memoryBytes(): number {
    return this.#instance?.memory.length ?? 0;
  }

  /** Encodes a picture as JPEG; `quality` is 1 to 100. */
  encode(picture: Picture, quality: number): Uint8Array<ArrayBuffer> {
    const { width, height, data } = picture;
    for (const side of [width, height]) {
      invariant(side >= 1 && side <= SIDE_MAX, "a JPEG has 1 to 65,500 pixels a side");
    }
    invariant(data.length === width * height * 3, "a picture has three bytes a pixel");
    const tables = quantisationTables(quality);
    const instance = this.#instance ??= new KernelInstance();
    instance.start(tables, transformKind(quality));
    const parts = [fileHeader({ width, height, tables })];
    for (let top = 0; top < height; top += MCU_SIDE) {
      for (let left = 0; left < width; left += TILE_PIXELS) {
        parts.push(encodeTile(picture, { top, left }, instance));
      }
    }
    return concat([
      ...parts,
      instance.written(instance.kernel.finish()),
      Uint8Array.of(MARKER_START, MARKER.endOfImage),
    ]);
  }
}

function encodeTile(
  { width, height, data }: Picture,
  { top, left }: { top: number; left: number },
  instance: KernelInstance,
): Uint8Array<ArrayBuffer> {
  const { kernel, memory } = instance;
  const columns = Math.min(width - left, TILE_PIXELS);
  const mcuCount = Math.ceil(columns / MCU_SIDE);
  const pairCount = Math.ceil(Math.min(height - top, MCU_SIDE) / 2);
  for (let row = 0; row < 2 * pairCount; row++) {
    // If the picture ends with the first row of a pair, that row is repeated.
    const from = (Math.min(top + row, height - 1) * width + left) * 3;
    const to = PIXELS_AT + row * ROW_BYTES;
    memory.set(data.subarray(from, from + columns * 3), to);
    // The last pixel of a row is repeated up to the end of the MCU.
    for (let at = to + columns * 3; at < to + mcuCount * MCU_SIDE * 3; at++) memory[at] = memory[at - 3];
  }
  const endsHalf = (columns - 1) % MCU_SIDE < MCU_SIDE / 2;
  return instance.written(kernel.encode(mcuCount, pairCount, Number(endsHalf)));
}
