import { DmlError } from "../../../protocol/kernel/errors.ts";
import { ByteReader } from "../byte_reader.ts";
import { readBoxes } from "../isobmff/boxes.ts";
import type { Measures } from "../image_header.ts";
import { readPrimaryItem } from "../isobmff/primary_item.ts";
import { shownMeasures, storedMeasures } from "../isobmff/transforms.ts";

/** The compressions of pictures in HEIF that dml does not read, by their four letters. */
const REFUSED: Readonly<Record<string, string>> = {
  avc1: "H.264",
  evc1: "EVC",
  j2k1: "JPEG 2000",
  jpeg: "JPEG",
  tmap: "a gain map",
  unci: "none",
  vvc1: "H.266",
};

/** The size of a HEIF picture, and the decoder that takes it. */
export interface HeifHeader extends Measures {
  readonly compression: "hvc1" | "av01";
}

/**
 * Reads the size of a HEIF file's primary item as its decoder returns it: HEVC upright, AV1 as
 * stored. Throws `image_unreadable`, or `image_unsupported`, which names another compression.
 */
export function readHeifHeader(bytes: Uint8Array): HeifHeader {
  const types = readBoxes(new ByteReader(bytes), 0).map(({ type }) => type);
  if (types.includes("moov") && !types.includes("meta")) {
    throw new DmlError("image_unsupported", "The HEIF is a film without a still picture.");
  }
  const item = readPrimaryItem(bytes, "HEIC");
  const { compression } = item;
  if (compression === "hvc1" || compression === "hev1") {
    return { ...shownMeasures(item, "HEIC"), compression: "hvc1" };
  }
  if (compression === "av01") return { ...storedMeasures(item, "HEIC"), compression };
  if (compression === null) throw new DmlError("image_unreadable", "The HEIC does not say how it is compressed.");
  const name = REFUSED[compression] ?? JSON.stringify(compression);
  throw new DmlError("image_unsupported", `The HEIF is compressed by ${name}; dml reads HEVC and AV1 in it.`);
}
