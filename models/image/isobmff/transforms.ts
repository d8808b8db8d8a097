import type { ByteReader } from "../byte_reader.ts";
import type { Orientation } from "../geometry/orientation.ts";
import type { Measures } from "../image_header.ts";
import { childBox } from "./boxes.ts";
import type { PrimaryItem } from "./primary_item.ts";

/**
 * The orientations of `irot` 0 to 3 (quarter turns, anticlockwise) followed by `imir`: none, axis
 * 0, axis 1.
 */
const ORIENTATIONS: readonly (readonly Orientation[])[] = [
  [1, 4, 2],
  [8, 5, 7],
  [3, 2, 4],
  [6, 7, 5],
];

/**
 * Reads the size and orientation of an item whose decoder does not turn it. Throws
 * `image_unreadable`, which calls the file `name`, if it has no size.
 */
export function storedMeasures({ properties }: PrimaryItem, name: string): Measures {
  const size = childBox(properties, "ispe", name);
  const turns = properties.find((box) => box.type === "irot")?.content.uint8(0) ?? 0;
  const mirror = properties.find((box) => box.type === "imir")?.content.uint8(0);
  return {
    width: size.uint32(4),
    height: size.uint32(8),
    orientation: ORIENTATIONS[turns & 3][mirror === undefined ? 0 : 1 + (mirror & 1)],
  };
}

/**
 * Reads the size of an item whose decoder crops and turns it, so that it comes out upright. Throws
 * `image_unreadable`, which calls the file `name`, if it has no size.
 */
export function shownMeasures({ properties }: PrimaryItem, name: string): Measures {
  const size = childBox(properties, "ispe", name);
  let [width, height] = [size.uint32(4), size.uint32(8)];
  for (const { type, content } of properties) {
    if (type === "clap") [width, height] = cropped(content, { width, height });
    if (type === "irot" && (content.uint8(0) & 1) === 1) [width, height] = [height, width];
  }
  return { width, height, orientation: 1 };
}

/** Returns the size of the clean aperture, which is never larger than the picture. */
function cropped(clap: ByteReader, stored: { width: number; height: number }): [number, number] {
  const width = Math.round(clap.uint32(0) / clap.uint32(4));
  const height = Math.round(clap.uint32(8) / clap.uint32(12));
  return [Math.min(width || 0, stored.width), Math.min(height || 0, stored.height)];
}
