import { type Box, sharedArea, type Size } from "../../../models/image/geometry/geometry.ts";
import type { Picture } from "../../../models/image/picture.ts";
import { shrinkRows } from "../../../models/image/resample/area_filter.ts";
import { enlargeRows } from "../../../models/image/resample/bilinear_filter.ts";
import { seededRandom } from "../../../protocol/kernel/random.ts";
import { SAMPLE_FACE_BOXES } from "../../sample_faces.ts";

/** A picture and the boxes of all faces in it. */
export interface KnownPicture {
  readonly picture: Picture;
  readonly boxes: readonly Box[];
  /** Boxes of faces that are there only in part: they may be found or not. */
  readonly partial: readonly Box[];
}

/** Sides of the square around a face that a crowd is made of, in heights of the face. */
const SURROUNDINGS = 2.2;
/** Seed of the places in a crowd. */
const SEED = 7;

/** A canvas that parts of pictures are put on. */
interface Canvas extends Picture {
  readonly data: Uint8Array<ArrayBuffer>;
}

/** Returns the six sample photos with their 22 faces. */
export function knownPhotos(photos: readonly Picture[]): KnownPicture[] {
  return photos.map((picture, at) => ({
    picture,
    boxes: SAMPLE_FACE_BOXES[at].map(([x, y, width, height]) => ({ x, y, width, height })),
    partial: [],
  }));
}

/** Returns all six photos at this size each, side by side or one above the other. */
export function panorama(photos: readonly Picture[], { tile, direction }: {
  tile: Size;
  direction: "across" | "down";
}): KnownPicture {
  const isAcross = direction === "across";
  const canvas = plain({
    width: isAcross ? tile.width * photos.length : tile.width,
    height: isAcross ? tile.height : tile.height * photos.length,
  });
  const boxes = knownPhotos(photos).flatMap(({ picture, boxes }, at) => {
    const to = { ...tile, x: isAcross ? at * tile.width : 0, y: isAcross ? 0 : at * tile.height };
    return draw(picture, { from: { x: 0, y: 0, ...sizeOf(picture) }, to, canvas, boxes });
  });
  return { picture: canvas, boxes, partial: [] };
}

/** Returns a grid of faces that fill the picture. */
export function faceGrid(
  photos: readonly Picture[],
  { columns, rows, size }: { columns: number; rows: number; size: Size },
): KnownPicture {
  const canvas = plain(size);
  const cell = { width: size.width / columns, height: size.height / rows };
  const side = Math.floor(Math.min(cell.width, cell.height));
  const faces = facesOf(photos);
  const put = Array.from({ length: columns * rows }, (_, at) => {
    const x = Math.round((at % columns) * cell.width + (cell.width - side) / 2);
    const y = Math.round(Math.floor(at / columns) * cell.height + (cell.height - side) / 2);
    return putFace(faces[at % faces.length], { x, y, side, canvas });
  });
  return { picture: canvas, boxes: put.map(([face]) => face), partial: put.flatMap(([, ...others]) => others) };
}

/** Returns faces of this height in pixels, which lie scattered over the picture. */
export function scatteredFaces(
  photos: readonly Picture[],
  { columns, rows, size, faceHeight }: { columns: number; rows: number; size: Size; faceHeight: number },
): KnownPicture {
  const canvas = plain(size);
  const cell = { width: size.width / columns, height: size.height / rows };
  const side = Math.round(faceHeight * SURROUNDINGS);
  const random = seededRandom(SEED);
  const faces = facesOf(photos);
  const put = Array.from({ length: columns * rows }, (_, at) => {
    const x = Math.floor((at % columns) * cell.width + random() * (cell.width - side));
    const y = Math.floor(Math.floor(at / columns) * cell.height + random() * (cell.height - side));
    return putFace(faces[at % faces.length], { x, y, side, canvas });
  });
  return { picture: canvas, boxes: put.map(([face]) => face), partial: put.flatMap(([, ...others]) => others) };
}

/** One face of a photo. */
interface PhotoFace {
  readonly picture: Picture;
  readonly box: Box;
  readonly others: readonly Box[];
}

function facesOf(photos: readonly Picture[]): PhotoFace[] {
  return knownPhotos(photos).flatMap(({ picture, boxes }) =>
    boxes.map((box) => ({ picture, box, others: boxes.filter((other) => other !== box) }))
  );
}

/**
 * Puts a face and its surroundings into a square; returns the box of the face, then those of the
 * others that reach into the square.
 */
function putFace(
  { picture, box, others }: PhotoFace,
  { x, y, side, canvas }: { x: number; y: number; side: number; canvas: Canvas },
): Box[] {
  const around = box.height * SURROUNDINGS;
  const left = clamp(box.x + (box.width - around) / 2, picture.width - around);
  const top = clamp(box.y + (box.height - around) / 2, picture.height - around);
  const from = { x: left, y: top, width: around, height: around };
  const to = { x, y, width: side, height: side };
  const visible = others.filter((other) => sharedArea(other, from) > 0);
  return draw(picture, { from, to, canvas, boxes: [box, ...visible] });
}

/**
 * Resamples the part `from` of a picture into the part `to` of a canvas; returns its boxes there.
 */
function draw(
  picture: Picture,
  { from, to, canvas, boxes }: { from: Box; to: Box; canvas: Canvas; boxes: readonly Box[] },
): Box[] {
  const [scaleX, scaleY] = [to.width / from.width, to.height / from.height];
  const fit = { scaleX, scaleY, offsetX: -from.x * scaleX, offsetY: -from.y * scaleY };
  const resample = scaleX <= 1 ? shrinkRows : enlargeRows;
  resample(picture, { frame: to, fit }, (row, y) => {
    const start = ((to.y + y) * canvas.width + to.x) * 3;
    for (let at = 0; at < to.width * 3; at++) canvas.data[start + at] = Math.round(row[at]);
  });
  return boxes.map(({ x, y, width, height }) => ({
    x: to.x + (x - from.x) * scaleX,
    y: to.y + (y - from.y) * scaleY,
    width: width * scaleX,
    height: height * scaleY,
  }));
}

/** Returns a picture of slow waves of grey with some grain, in which nobody is. */
function plain({ width, height }: Size): Canvas {
  const data = new Uint8Array(width * height * 3);
  const random = seededRandom(SEED);
  const grain = Uint8Array.from({ length: 4_093 }, () => Math.floor(random() * 12));
  for (let y = 0, at = 0; y < height; y++) {
    const down = 40 * Math.sin(y / 190);
    for (let x = 0; x < width; x++, at += 3) {
      const level = 110 + down + 30 * Math.sin(x / 230) + grain[(at + 7 * y) % grain.length];
      data.fill(level, at, at + 3);
    }
  }
  return { width, height, data };
}

function sizeOf({ width, height }: Size): Size {
  return { width, height };
}

function clamp(value: number, most: number): number {
  return Math.min(Math.max(value, 0), Math.max(most, 0));
}
