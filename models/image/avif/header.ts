import { DmlError } from "../../../protocol/kernel/errors.ts";
import { ByteReader } from "../byte_reader.ts";
import type { Measures } from "../image_header.ts";
import type { Orientation } from "../geometry/orientation.ts";

interface Box {
  readonly type: string;
  readonly content: ByteReader;
}

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
 * Reads the size and orientation of an AVIF's primary item from its properties (ISO/IEC 23008-12,
 * 6.5); throws `image_unreadable`.
 */
export function readAvifHeader(bytes: Uint8Array): Measures {
  const meta = child(readBoxes(new ByteReader(bytes), 0), "meta");
  const inner = readBoxes(meta, 4);
  const properties = readBoxes(child(inner, "iprp"), 0);
  const all = readBoxes(child(properties, "ipco"), 0);
  const indices = readAssociations(child(properties, "ipma"), readPrimaryItem(child(inner, "pitm")));
  const own = indices.flatMap((index) => all.slice(index - 1, index));
  const size = child(own, "ispe");
  const turns = own.find((box) => box.type === "irot")?.content.uint8(0) ?? 0;
  const mirror = own.find((box) => box.type === "imir")?.content.uint8(0);
  return {
    width: size.uint32(4),
    height: size.uint32(8),
    orientation: ORIENTATIONS[turns & 3][mirror === undefined ? 0 : 1 + (mirror & 1)],
  };
}

function child(boxes: readonly Box[], type: string): ByteReader {
  const found = boxes.find((box) => box.type === type);
  if (found !== undefined) return found.content;
  throw new DmlError("image_unreadable", `The AVIF lacks the part that is called ${type}.`);
}

function readBoxes(reader: ByteReader, start: number): Box[] {
  const boxes: Box[] = [];
  let offset = start;
  while (offset + 8 <= reader.length) {
    const declared = reader.uint32(offset);
    const type = reader.ascii(offset + 4, 4);
    // 0: up to the end of the file. 1: a 64-bit size follows, which nothing before the pixels
    // needs.
    const length = declared === 0 ? reader.length - offset : declared;
    if (length < 8) break;
    const content = reader.bytes.subarray(offset + 8, offset + length);
    boxes.push({ type, content: new ByteReader(content) });
    offset += length;
  }
  return boxes;
}

function readPrimaryItem(pitm: ByteReader): number {
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
