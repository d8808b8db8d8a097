import { ByteReader } from "../byte_reader.ts";
import { type Box, childBox, readBoxes } from "./boxes.ts";

/** The picture that a file of items shows first (ISO/IEC 23008-12, 6). */
export interface PrimaryItem {
  /**
   * Compression of its pixels as a four-letter code, such as `av01` or `hvc1`; of a picture that is
   * put together from others, theirs. `null` if the file does not say.
   */
  readonly compression: string | null;
  /** Its properties in the order in which they apply. */
  readonly properties: readonly Box[];
}

/** Number of pictures made of pictures that are followed to find the compression. */
const DERIVATIONS_MAX = 8;

/**
 * Reads the primary item of the file, which errors call `name`. Throws `image_unreadable` if it
 * lacks a part.
 */
export function readPrimaryItem(bytes: Uint8Array, name: string): PrimaryItem {
  const meta = readBoxes(childBox(readBoxes(new ByteReader(bytes), 0), "meta", name), 4);
  const id = readPrimaryId(childBox(meta, "pitm", name));
  const properties = readBoxes(childBox(meta, "iprp", name), 0);
  const all = readBoxes(childBox(properties, "ipco", name), 0);
  const indices = readAssociations(childBox(properties, "ipma", name), id);
  return {
    compression: compressionOf(meta, id),
    properties: indices.flatMap((index) => all.slice(index - 1, index)),
  };
}

function readPrimaryId(pitm: ByteReader): number {
  return pitm.uint8(0) === 0 ? pitm.uint16(4) : pitm.uint32(4);
}

/** Reads the 1-based indices of the item's properties. */
function readAssociations(ipma: ByteReader, item: number): number[] {
  const wideItems = ipma.uint8(0) > 0;
  const wideIndices = (ipma.uint8(3) & 1) === 1;
  const entries = ipma.uint32(4);
  let offset = 8;
  for (let entry = 0; entry < entries; entry++) {
    const id = wideItems ? ipma.uint32(offset) : ipma.uint16(offset);
    offset += wideItems ? 4 : 2;
    const count = ipma.uint8(offset++);
    const width = wideIndices ? 2 : 1;
    if (id === item) {
      return Array.from({ length: count }, (_, index) => {
        const at = offset + index * width;
        return wideIndices ? ipma.uint16(at) & 0x7fff : ipma.uint8(at) & 0x7f;
      });
    }
    offset += count * width;
  }
  return [];
}

/** Follows derived pictures (grids, overlays, turned ones) to the compression of the first part. */
function compressionOf(meta: readonly Box[], primary: number): string | null {
  const iinf = meta.find((box) => box.type === "iinf")?.content;
  if (iinf === undefined) return null;
  const iref = meta.find((box) => box.type === "iref")?.content;
  const types = readItemTypes(iinf);
  let id = primary;
  for (let step = 0; step < DERIVATIONS_MAX; step++) {
    const type = types.get(id) ?? null;
    if (type !== "grid" && type !== "iovl" && type !== "iden") return type;
    const part = iref === undefined ? null : firstPartOf(iref, id);
    if (part === null) return null;
    id = part;
  }
  return null;
}

/** Reads the type of each item. */
function readItemTypes(iinf: ByteReader): Map<number, string> {
  const types = new Map<number, string>();
  for (const { type, content } of readBoxes(iinf, iinf.uint8(0) === 0 ? 6 : 8)) {
    // Entries before version 2 have no type.
    if (type !== "infe" || content.uint8(0) < 2) continue;
    const isWide = content.uint8(0) > 2;
    types.set(isWide ? content.uint32(4) : content.uint16(4), content.ascii(isWide ? 10 : 8, 4));
  }
  return types;
}

/** Returns the id of the first picture that the derived picture `id` is made of. */
function firstPartOf(iref: ByteReader, id: number): number | null {
  const isWide = iref.uint8(0) > 0;
  for (const { type, content } of readBoxes(iref, 4)) {
    const from = isWide ? content.uint32(0) : content.uint16(0);
    if (type !== "dimg" || from !== id) continue;
    return isWide ? content.uint32(6) : content.uint16(4);
  }
  return null;
}
