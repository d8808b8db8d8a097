import fc from "fast-check";
import type { Picture } from "../../../../../models/image/picture.ts";

/** Repeatable bytes that look random. */
export function noise(length: number, seed: number): Uint8Array<ArrayBuffer> {
  let state = seed >>> 0;
  return Uint8Array.from({ length }, () => {
    state = Math.imul(state ^ state >>> 15, 0x2c1b3c6d) + 0x9e3779b9 | 0;
    return Math.imul(state ^ state >>> 13, 0x297a2d39) >>> 24;
  });
}

const CONTENTS = {
  noise: (picture, seed) => noise(picture.width * picture.height * 3, seed),
  /** Only 0 and 255: what the transform makes the largest numbers of. */
  extremes: (picture, seed) => noise(picture.width * picture.height * 3, seed).map((value) => value < 128 ? 0 : 255),
  /**
   * Pictures that are black where a wave of the transform is negative and white where it is
   * positive, so that one coefficient is as large as possible.
   */
  waves: ({ width, height }, seed) =>
    new Uint8Array(width * height * 3).map((_, at) => {
      const pixel = Math.floor(at / 3);
      const [column, row] = [pixel % width, Math.floor(pixel / width)];
      const [across, down] = [(seed + (column >> 3)) % 8, ((seed >> 3) + (row >> 3)) % 8];
      const wave = Math.cos((2 * column + 1) * across * Math.PI / 16) * Math.cos((2 * row + 1) * down * Math.PI / 16);
      return wave > 0 ? 255 : 0;
    }),
  flat: (picture, seed) => new Uint8Array(picture.width * picture.height * 3).map((_, at) => seed >> at % 3 * 8),
  gradient: ({ width, height }, seed) =>
    new Uint8Array(width * height * 3).map((_, at) => {
      const pixel = Math.floor(at / 3);
      return (pixel % width) * (1 + seed % 5) + Math.floor(pixel / width) * (1 + seed % 3) + at % 3 * 60;
    }),
  /** Flat with a little noise: long runs of zeros. */
  sparse: ({ width, height }, seed) => noise(width * height * 3, seed).map((value) => value > 250 ? value : 120),
} satisfies Record<string, (size: { width: number; height: number }, seed: number) => Uint8Array>;

export const contents = Object.keys(CONTENTS) as (keyof typeof CONTENTS)[];

export function madePicture(
  { width, height, content, seed }: { width: number; height: number; content: keyof typeof CONTENTS; seed: number },
): Picture {
  return { width, height, data: CONTENTS[content]({ width, height }, seed) };
}

/** Pictures of all kinds, of up to so many pixels a side. */
export function anyPicture(sideMax: number): fc.Arbitrary<Picture> {
  const side = fc.integer({ min: 1, max: sideMax });
  return fc.record({ width: side, height: side, content: fc.constantFrom(...contents), seed: fc.nat() }).map(
    madePicture,
  );
}
