import type { Measures } from "../image_header.ts";
import { readPrimaryItem } from "../isobmff/primary_item.ts";
import { storedMeasures } from "../isobmff/transforms.ts";

/** Reads the size and orientation of an AVIF's primary item; throws `image_unreadable`. */
export function readAvifHeader(bytes: Uint8Array): Measures {
  return storedMeasures(readPrimaryItem(bytes, "AVIF"), "AVIF");
}
