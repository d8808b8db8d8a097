import { DmlError } from "../../../protocol/kernel/errors.ts";
import { ByteReader } from "../byte_reader.ts";
import { readExifOrientation } from "../jpeg/exif.ts";
import type { Measures } from "../image_header.ts";

/** One chunk of a RIFF file. */
export interface RiffChunk {
  readonly type: string;
  readonly content: Uint8Array;
}

/** Reads the chunks that follow one another from `offset`; the last may be cut short. */
export function readRiffChunks(bytes: Uint8Array, offset: number): RiffChunk[] {
  const reader = new ByteReader(bytes, { littleEndian: true });
  const chunks: RiffChunk[] = [];
  let at = offset;
  while (at + 8 <= bytes.length) {
    const length = reader.uint32(at + 4);
    chunks.push({ type: reader.ascii(at, 4), content: bytes.subarray(at + 8, at + 8 + length) });
    at += 8 + length + (length & 1);
  }
  return chunks;
}

/**
 * Reads the canvas size and orientation of a WebP (WebP container specification); throws
 * `image_unreadable`.
 */
export function readWebpHeader(bytes: Uint8Array): Measures {
  const chunks = readRiffChunks(bytes, 12);
  const exif = chunks.find((chunk) => chunk.type === "EXIF");
  return {
    ...readCanvas(chunks),
    orientation: exif === undefined ? 1 : readExifOrientation(exif.content),
  };
}

function readCanvas([first]: RiffChunk[]): { width: number; height: number } {
  const reader = new ByteReader(first?.content ?? new Uint8Array(), { littleEndian: true });
  switch (first?.type) {
    case "VP8X":
      return { width: reader.uint24(4) + 1, height: reader.uint24(7) + 1 };
    case "VP8L": {
      const bits = reader.uint32(1);
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case "VP8 ":
      return { width: reader.uint16(6) & 0x3fff, height: reader.uint16(8) & 0x3fff };
    default:
      throw new DmlError("image_unreadable", "The WebP does not begin with a picture.");
  }
}
