import { DmlError } from "../../../protocol/kernel/errors.ts";
import { ByteReader } from "../byte_reader.ts";

/** One box of an ISO base media file (ISO/IEC 14496-12, 4.2), the container of AVIF and HEIC. */
export interface Box {
  readonly type: string;
  readonly content: ByteReader;
}

/** Reads the boxes that follow one another from `start`; the last may be cut short. */
export function readBoxes(reader: ByteReader, start: number): Box[] {
  const boxes: Box[] = [];
  let offset = start;
  while (offset + 8 <= reader.length) {
    const { head, length } = boxLength(reader, offset);
    if (length < head) break;
    const content = reader.bytes.subarray(offset + head, offset + length);
    boxes.push({ type: reader.ascii(offset + 4, 4), content: new ByteReader(content) });
    offset += length;
  }
  return boxes;
}

/** Reads the length of a box, its head of 8 or 16 bytes included. */
function boxLength(reader: ByteReader, offset: number): { head: number; length: number } {
  const declared = reader.uint32(offset);
  // 0: up to the end of the file. 1: the length follows in 64 bits.
  if (declared === 0) return { head: 8, length: reader.length - offset };
  if (declared !== 1 || offset + 16 > reader.length) return { head: 8, length: declared };
  return { head: 16, length: reader.uint32(offset + 8) * 2 ** 32 + reader.uint32(offset + 12) };
}

/**
 * Returns the content of the first box of that type. Throws `image_unreadable`, which calls the
 * file `name`, if there is none.
 */
export function childBox(boxes: readonly Box[], type: string, name: string): ByteReader {
  const found = boxes.find((box) => box.type === type);
  if (found !== undefined) return found.content;
  throw new DmlError("image_unreadable", `The ${name} lacks the part that is called ${type}.`);
}
