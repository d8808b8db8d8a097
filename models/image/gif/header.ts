import { ByteReader } from "../byte_reader.ts";
import type { Measures } from "../image_header.ts";

/**
 * Reads the size of the logical screen of a GIF (GIF89a specification, section 18); throws
 * `image_unreadable`.
 */
export function readGifHeader(bytes: Uint8Array): Measures {
  const reader = new ByteReader(bytes, { littleEndian: true });
  return { width: reader.uint16(6), height: reader.uint16(8), orientation: 1 };
}
