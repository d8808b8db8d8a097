import type { Size } from "../../../models/image/geometry/geometry.ts";
import type { Picture } from "../../../models/image/picture.ts";
import { faceGrid, knownPhotos, type KnownPicture, panorama, scatteredFaces } from "./known_pictures.ts";

/** Pictures whose faces are known. */
export interface FindingSet {
  readonly name: string;
  /** Share of the faces that must be found; `null` if the figure is only printed. */
  readonly bar: number | null;
  /** Height of the faces, in pixels of the picture, if all have the same. */
  readonly faceHeight?: number;
  /** True if small faces are looked for everywhere. */
  readonly smallFaces?: boolean;
  readonly make: (photos: readonly Picture[]) => KnownPicture[];
}

const LARGE: Size = { width: 4_000, height: 3_000 };
const SIZES: readonly Size[] = [{ width: 1_280, height: 960 }, { width: 1_920, height: 1_280 }, LARGE];
const FACE_HEIGHTS = [5, 8, 10, 14, 18, 20, 24, 30, 46, 60] as const;
/** Columns and rows of the grids of 24, 48, 108 and 192 faces. */
const GRIDS = [[6, 4], [8, 6], [12, 9], [16, 12]] as const;
/** Size of each photo in a panorama. */
const TILE: Size = { width: 1_600, height: 1_067 };
/**
 * Height of a face, in pixels of the picture, from which on those scattered over it must be found.
 */
const SURE_HEIGHT = 30;
/** The same for a picture of 12 megapixels: the height from which on a face can be named. */
const SURE_HEIGHT_LARGE = 46;
/** The same if small faces are looked for everywhere, in pictures of any size. */
const SURE_HEIGHT_EVERYWHERE = 24;
/** One scattered face of 24 may be missed. */
const SCATTERED_BAR = 23 / 24;

/** All sets that `deno task bench:finding` measures. */
export const FINDING_SETS: readonly FindingSet[] = [
  { name: "the six photos", bar: 1, make: knownPhotos },
  { name: "the six side by side", bar: 1, make: (photos) => [panorama(photos, { tile: TILE, direction: "across" })] },
  { name: "one above the other", bar: 1, make: (photos) => [panorama(photos, { tile: TILE, direction: "down" })] },
  ...GRIDS.map(([columns, rows]): FindingSet => ({
    name: `a grid of ${columns * rows} faces on 4000x3000`,
    bar: 1,
    make: (photos) => [faceGrid(photos, { columns, rows, size: LARGE })],
  })),
  ...[false, true].flatMap((smallFaces) =>
    SIZES.flatMap((size) => FACE_HEIGHTS.map((faceHeight) => scattered({ size, faceHeight, smallFaces })))
  ),
];

function scattered(
  { size, faceHeight, smallFaces }: { size: Size; faceHeight: number; smallFaces: boolean },
): FindingSet {
  const sureHeight = smallFaces ? SURE_HEIGHT_EVERYWHERE : size === LARGE ? SURE_HEIGHT_LARGE : SURE_HEIGHT;
  const asked = smallFaces ? "small faces everywhere: " : "";
  return {
    name: `${asked}faces ${faceHeight} pixels high on ${size.width}x${size.height}`,
    bar: faceHeight >= sureHeight ? SCATTERED_BAR : null,
    faceHeight,
    smallFaces,
    make: (photos) => [scatteredFaces(photos, { columns: 6, rows: 4, size, faceHeight })],
  };
}
