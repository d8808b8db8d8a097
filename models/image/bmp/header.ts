import type { Measures } from "../image_header.ts";
import { readBmpLayout } from "./layout.ts";

/** Reads the size of a BMP; throws `image_unreadable` or `image_unsupported`. */
export function readBmpHeader(bytes: Uint8Array): Measures {
  const { width, height } = readBmpLayout(bytes);
  return { width, height, orientation: 1 };
}
