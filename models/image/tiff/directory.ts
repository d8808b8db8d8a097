import { DmlError } from "../../../protocol/kernel/errors.ts";
import { ByteReader } from "../byte_reader.ts";

/** The tags of TIFF 6.0 that dml reads. */
export const TIFF_TAG = {
  imageWidth: 256,
  imageLength: 257,
  bitsPerSample: 258,
  compression: 259,
  photometric: 262,
  fillOrder: 266,
  stripOffsets: 273,
  orientation: 274,
  samplesPerPixel: 277,
  rowsPerStrip: 278,
  stripByteCounts: 279,
  t4Options: 292,
  planarConfiguration: 284,
  predictor: 317,
  colorMap: 320,
  tileWidth: 322,
  tileLength: 323,
  tileOffsets: 324,
  tileByteCounts: 325,
  extraSamples: 338,
  sampleFormat: 339,
  jpegTables: 347,
} as const;

/** The bytes of one value, by TIFF field type; only unsigned integers and bytes are read. */
const VALUE_BYTES: Readonly<Record<number, number>> = { 1: 1, 3: 2, 4: 4, 7: 1 };

/** The type of bytes that are no numbers. */
const UNDEFINED = 7;

interface Entry {
  readonly type: number;
  readonly count: number;
  /** Offset of the values in the file. */
  readonly offset: number;
}

/** The first directory of a TIFF file, which is also the form of EXIF metadata. */
export class TiffDirectory {
  readonly #reader: ByteReader;
  readonly #entries: ReadonlyMap<number, Entry>;

  private constructor(reader: ByteReader, entries: ReadonlyMap<number, Entry>) {
    this.#reader = reader;
    this.#entries = entries;
  }

  /** Reads the list of tags; throws `image_unreadable` if it is cut short or not a TIFF. */
  static read(bytes: Uint8Array): TiffDirectory {
    const littleEndian = bytes[0] === 0x49;
    const reader = new ByteReader(bytes, { littleEndian });
    const mark = reader.ascii(0, 2);
    if ((mark !== "II" && mark !== "MM") || reader.uint16(2) !== 42) {
      throw new DmlError("image_unreadable", "The picture has no TIFF header where one must be.");
    }
    const start = reader.uint32(4);
    const count = reader.uint16(start);
    const entries = new Map<number, Entry>();
    for (let index = 0; index < count; index++) {
      const at = start + 2 + index * 12;
      const type = reader.uint16(at + 2);
      const valueCount = reader.uint32(at + 4);
      const inline = (VALUE_BYTES[type] ?? 0) * valueCount <= 4;
      const offset = inline ? at + 8 : reader.uint32(at + 8);
      entries.set(reader.uint16(at), { type, count: valueCount, offset });
    }
    return new TiffDirectory(reader, entries);
  }

  /** Returns the bytes of the tag, none if it is absent or has other values. */
  bytes(tag: number): Uint8Array {
    const entry = this.#entries.get(tag);
    if (entry === undefined || VALUE_BYTES[entry.type] !== 1) return new Uint8Array();
    return this.#reader.slice(entry.offset, entry.count);
  }

  /** Returns the tag's first value; `fallback` if the tag is absent or not an unsigned integer. */
  number(tag: number, fallback: number): number {
    return this.numbers(tag)[0] ?? fallback;
  }

  /**
   * Returns all values of the tag, none if it is absent or not an unsigned integer; throws
   * `image_unreadable` past the end.
   */
  numbers(tag: number): number[] {
    const entry = this.#entries.get(tag);
    if (entry === undefined) return [];
    const size = VALUE_BYTES[entry.type];
    if (size === undefined || entry.type === UNDEFINED) return [];
    // Checked before the list is made: the count comes from the file.
    this.#reader.slice(entry.offset, size * entry.count);
    return Array.from({ length: entry.count }, (_, index) => {
      const at = entry.offset + index * size;
      if (size === 1) return this.#reader.uint8(at);
      return size === 2 ? this.#reader.uint16(at) : this.#reader.uint32(at);
    });
  }
}
