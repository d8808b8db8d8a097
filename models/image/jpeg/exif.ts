import { DmlError } from "../../../protocol/kernel/errors.ts";
import { type Orientation, toOrientation } from "../geometry/orientation.ts";
import { TIFF_TAG, TiffDirectory } from "../tiff/directory.ts";

/**
 * Reads the orientation in EXIF metadata; `exif` is its TIFF structure, with or without the
 * `Exif\0\0` before it. Damaged metadata counts as absent: it is no reason to refuse a picture that
 * can be read.
 */
export function readExifOrientation(exif: Uint8Array): Orientation {
  const prefixed = exif[0] === 0x45 && exif[1] === 0x78;
  try {
    const directory = TiffDirectory.read(prefixed ? exif.subarray(6) : exif);
    return toOrientation(directory.number(TIFF_TAG.orientation, 1));
  } catch (error) {
    if (error instanceof DmlError) return 1;
    throw error;
  }
}
