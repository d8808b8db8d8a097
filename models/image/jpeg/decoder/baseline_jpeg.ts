import { LIMITS } from "../../../../protocol/kernel/limits.ts";
import { BLOCK_SIZE } from "../block.ts";
import { CODE_MAX, type HuffmanTable } from "../huffman_table.ts";
import { MARKER, MARKER_START } from "../marker.ts";
import { DC_SIZE_MAX } from "../symbols.ts";
import { TABLES_MAX } from "./memory_map.ts";
import { STEP_MAX } from "./quantisation_table.ts";

/** A component of a scan: its sampling factors and tables. */
export interface Component {
  readonly id: number;
  /** Sampling factors, horizontal and vertical. */
  readonly across: number;
  readonly down: number;
  /** Quantisation steps, in the order of the file. */
  readonly steps: Uint16Array;
  readonly dcTable: number;
  readonly acTable: number;
}

/**
 * A JPEG that the decoder supports: one sequential Huffman-coded scan of all components, grey or
 * YCbCr.
 */
export interface BaselineJpeg {
  readonly width: number;
  readonly height: number;
  readonly components: readonly Component[];
  /** Huffman tables, keyed by their numbers, 0 to 3. */
  readonly dcTables: ReadonlyMap<number, HuffmanTable>;
  readonly acTables: ReadonlyMap<number, HuffmanTable>;
  /** Number of MCUs between two restart markers; 0 if there are no markers. */
  readonly restartInterval: number;
  /** Offset of the first entropy-coded byte of the scan. */
  readonly scanStart: number;
}

/** A frame header; `steps` is still the number of a quantisation table. */
interface Frame {
  readonly width: number;
  readonly height: number;
  readonly components: readonly { id: number; across: number; down: number; steps: number }[];
}

/** Supported sampling factors of luma relative to chroma: 4:4:4, 4:2:2 and 4:2:0. */
const SAMPLINGS = ["1x1", "2x1", "2x2"];
/** Narrower chroma is repeated by libjpeg-turbo, not interpolated. */
export const CHROMA_WIDTH_MIN = 3;
/** "RGB" in place of 1, 2, 3. */
const IDS_RGB = "82,71,66";

/**
 * Reads a JPEG up to its first scan (T.81, annex B; the colour space is determined as in
 * jdapimin.c). Returns `null` if this decoder does not support the file: if anything in it is rare,
 * unusual or invalid.
 */
export function readBaselineJpeg(bytes: Uint8Array): BaselineJpeg | null {
  return new Reader(bytes).read();
}

class Reader {
  readonly #bytes: Uint8Array;
  readonly #quantisation = new Map<number, Uint16Array>();
  readonly #dcTables = new Map<number, HuffmanTable>();
  readonly #acTables = new Map<number, HuffmanTable>();
  #frame: Frame | null = null;
  #restartInterval = 0;
  #isJfif = false;
  #adobeTransform: number | null = null;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  read(): BaselineJpeg | null {
    const bytes = this.#bytes;
    if (bytes[0] !== MARKER_START || bytes[1] !== MARKER.startOfImage) return null;
    for (let at = 2; at + 4 <= bytes.length;) {
      const marker = bytes[at + 1];
      const end = at + 2 + uint16(bytes, at + 2);
      if (bytes[at] !== MARKER_START || end < at + 4 || end > bytes.length) return null;
      const content = bytes.subarray(at + 4, end);
      if (marker === MARKER.startOfScan) return this.#scan(content, end);
      if (!this.#segment(marker, content)) return null;
      at = end;
    }
    return null;
  }

  /** Reads one segment. Returns false if the decoder does not support the file. */
  #segment(marker: number, content: Uint8Array): boolean {
    if (marker === MARKER.baselineFrame || marker === MARKER.extendedFrame) return this.#readFrame(content);
    if (marker === MARKER.huffmanTables) return this.#readHuffman(content);
    if (marker === MARKER.quantisationTables) return this.#readQuantisation(content);
    if (marker === MARKER.restartInterval) {
      this.#restartInterval = uint16(content, 0);
      return content.length === 2;
    }
    if (marker === MARKER.application0 && content.length >= 14 && startsWith(content, "JFIF\0")) {
      this.#isJfif = true;
      return content[5] === 1;
    }
    if (marker === MARKER.application14 && content.length >= 12 && startsWith(content, "Adobe")) {
      this.#adobeTransform = content[11];
    }
    return marker === MARKER.comment || (marker >= MARKER.application0 && marker <= MARKER.application15);
  }

  #readFrame(content: Uint8Array): boolean {
    const [precision, count] = [content[0], content[5]];
    const [height, width] = [uint16(content, 1), uint16(content, 3)];
    if (this.#frame !== null || precision !== 8 || content.length !== 6 + 3 * count) return false;
    if (width === 0 || height === 0 || Math.max(width, height) > LIMITS.imageSideMax) return false;
    const components = Array.from({ length: count }, (_, index) => {
      const [id, sampling, steps] = content.subarray(6 + 3 * index);
      return { id, across: sampling >> 4, down: sampling & 15, steps };
    });
    this.#frame = { width, height, components };
    const sampling = components.map(({ across, down }) => `${across}x${down}`);
    if (count === 1) return sampling[0] === "1x1";
    if (count !== 3 || !SAMPLINGS.includes(sampling[0])) return false;
    const chromaWidth = Math.ceil(width / components[0].across);
    const isInterpolated = components[0].across === 1 || chromaWidth >= CHROMA_WIDTH_MIN;
    return sampling[1] === "1x1" && sampling[2] === "1x1" && isInterpolated;
  }

  #readHuffman(content: Uint8Array): boolean {
    let at = 0;
    while (at < content.length) {
      const [kind, number] = [content[at] >> 4, content[at] & 15];
      const start = at + 1 + CODE_MAX;
      const counts = content.slice(at + 1, start);
      const total = counts.reduce((sum, count) => sum + count, 0);
      const symbols = content.slice(start, start + total);
      at = start + total;
      if (at > content.length || total > 256 || kind > 1 || number >= TABLES_MAX) return false;
      // AC symbols are not checked here: decoding fails on a size that is too large for 8 bits.
      if (kind === 0 && symbols.some((size) => size > DC_SIZE_MAX)) return false;
      (kind === 0 ? this.#dcTables : this.#acTables).set(number, { counts, symbols });
    }
    return true;
  }

  #readQuantisation(content: Uint8Array): boolean {
    let at = 0;
    while (at < content.length) {
      const [isWide, number] = [content[at] >> 4, content[at] & 15];
      const bytesEach = isWide === 0 ? 1 : 2;
      const start = at + 1;
      at = start + bytesEach * BLOCK_SIZE;
      if (at > content.length || isWide > 1 || number >= TABLES_MAX) return false;
      const steps = Uint16Array.from(
        { length: BLOCK_SIZE },
        (_, index) => isWide === 0 ? content[start + index] : uint16(content, start + 2 * index),
      );
      if (steps.some((step) => step === 0 || step > STEP_MAX)) return false;
      this.#quantisation.set(number, steps);
    }
    return true;
  }

  /**
   * Reads the scan header. Returns `null` unless the scan has all components in the order of the
   * frame, and all coefficients in full precision.
   */
  #scan(content: Uint8Array, scanStart: number): BaselineJpeg | null {
    const frame = this.#frame;
    if (frame === null || !this.#isYcc(frame.components.map(({ id }) => id))) return null;
    const count = frame.components.length;
    if (content[0] !== count || content.length !== 4 + 2 * count) return null;
    const [first, last, approximation] = content.subarray(1 + 2 * count);
    if (first !== 0 || last !== BLOCK_SIZE - 1 || approximation !== 0) return null;
    const components: Component[] = [];
    for (const [index, component] of frame.components.entries()) {
      const [id, tables] = content.subarray(1 + 2 * index);
      const steps = this.#quantisation.get(component.steps);
      const [dcTable, acTable] = [tables >> 4, tables & 15];
      const hasCodes = this.#dcTables.has(dcTable) && this.#acTables.has(acTable);
      const isOther = id !== component.id || components.some((other) => other.id === id);
      if (isOther || steps === undefined || !hasCodes) return null;
      components.push({ ...component, steps, dcTable, acTable });
    }
    const tables = { dcTables: this.#dcTables, acTables: this.#acTables };
    return { ...frame, components, ...tables, restartInterval: this.#restartInterval, scanStart };
  }

  #isYcc(ids: readonly number[]): boolean {
    if (ids.length === 1) return true;
    if (this.#adobeTransform !== null) return this.#adobeTransform === 1;
    return this.#isJfif || ids.join() !== IDS_RGB;
  }
}

function uint16(bytes: Uint8Array, at: number): number {
  return bytes[at] << 8 | bytes[at + 1];
}

function startsWith(content: Uint8Array, text: string): boolean {
  return [...text].every((letter, index) => content[index] === letter.charCodeAt(0));
}
