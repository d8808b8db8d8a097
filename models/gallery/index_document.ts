import { type Digest, digestOf } from "../../protocol/kernel/digest.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { parseAs } from "../../protocol/schema.ts";
import { type GalleryIndex, galleryIndexSchema } from "./gallery_index.ts";

/** No index is longer: what is longer is not read to find out whether it is one. */
export const GALLERY_INDEX_BYTES_MAX = 256 * 1024;

/** An index as it is stored and sent, and the digest of exactly these bytes. */
export function encodeGalleryIndex(index: GalleryIndex): { digest: Digest; bytes: Uint8Array<ArrayBuffer> } {
  const bytes = new TextEncoder().encode(JSON.stringify(index));
  return { digest: digestOf(bytes), bytes };
}

/** Parses what {@linkcode encodeGalleryIndex} made; throws `gallery_invalid`. */
export function decodeGalleryIndex(bytes: Uint8Array): GalleryIndex {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw new DmlError("gallery_invalid", "The index of the gallery is not JSON.", { cause: error });
  }
  return parseAs(galleryIndexSchema, value, { what: "The index of the gallery", code: "gallery_invalid" });
}
