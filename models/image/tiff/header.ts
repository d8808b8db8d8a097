import type { Measures } from "../image_header.ts";
import { toOrientation } from "../geometry/orientation.ts";
import { TIFF_TAG, TiffDirectory } from "./directory.ts";

/** Reads the size and orientation of a TIFF's first page; throws `image_unreadable`. */
export function readTiffHeader(bytes: Uint8Array): Measures {
  const directory = TiffDirectory.read(bytes);
  return {
    width: directory.number(TIFF_TAG.imageWidth, 0),
    height: directory.number(TIFF_TAG.imageLength, 0),
    orientation: toOrientation(directory.number(TIFF_TAG.orientation, 1)),
  };
}
