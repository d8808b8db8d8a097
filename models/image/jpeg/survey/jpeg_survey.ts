import { ByteReader } from "../../byte_reader.ts";
import { CODE_MAX, type HuffmanTable } from "../huffman_table.ts";
import type { JpegHeader } from "../header.ts";
import { BLOCK_SIDE } from "../block.ts";
import { MARKER, MARKER_START } from "../marker.ts";
import { nextSegment } from "../scans.ts";
import { codeLookup } from "./code_lookup.ts";
import { CodedBits } from "./coded_bits.ts";
import { ROW_STATE, RowStates } from "./row_states.ts";
import { type Scan, surveyScan } from "./scan_survey.ts";

/** The findings about a JPEG. */
export interface JpegSurvey {
  readonly rows: RowStates;
  /** True if bytes belong to nothing, or restart markers are not those that are due. */
  readonly isIrregular: boolean;
  /** True if the picture ends at an end marker. */
  readonly hasEnd: boolean;
  /** The offset behind the last byte that can be used. */
  readonly end: number;
}

interface Component {
  readonly across: number;
  readonly down: number;
}

/** The four tables of either kind, by their numbers. */
type Tables = Map<number, HuffmanTable>;

/**
 * Reads the codes of a JPEG with Huffman codes without decoding it, to find out which of its rows
 * are there. Of a progressive file only the first scan of each component is read: the others refine
 * what it shows. Throws `image_unreadable` if a table or the frame is damaged.
 */
export function surveyJpeg(bytes: Uint8Array, header: JpegHeader): JpegSurvey {
  return new Surveyor(bytes, header).run();
}

class Surveyor {
  readonly #reader: ByteReader;
  readonly #header: JpegHeader;
  readonly #rows: RowStates;
  readonly #dcTables: Tables = new Map();
  readonly #acTables: Tables = new Map();
  readonly #components = new Map<number, Component>();
  /** The components that no scan was of. */
  readonly #unseen = new Set<number>();
  #restartInterval = 0;
  #isIrregular = false;

  constructor(bytes: Uint8Array, header: JpegHeader) {
    this.#reader = new ByteReader(bytes);
    this.#header = header;
    this.#rows = new RowStates(header.height);
  }

  run(): JpegSurvey {
    const { bytes } = this.#reader;
    let at = 2;
    for (;;) {
      const start = bytes.indexOf(MARKER_START, at);
      if (start > at) this.#isIrregular = true;
      at = start;
      while (at !== -1 && bytes[at + 1] === MARKER_START) at++;
      if (at === -1 || at + 2 > bytes.length) return this.#finish(false, bytes.length);
      const marker = bytes[at + 1];
      if (marker === MARKER.endOfImage) return this.#finish(true, at + 2);
      const isAlone = marker <= 1 || (marker >= MARKER.restart && marker <= MARKER.startOfImage);
      this.#isIrregular ||= isAlone;
      const end = isAlone ? at + 2 : at + 2 + Math.max(2, bytes[at + 2] << 8 | bytes[at + 3]);
      // A segment that is cut short is given up with everything behind it.
      if (end > bytes.length) return this.#finish(false, start);
      at = isAlone ? end : this.#segment(marker, bytes.subarray(at + 4, end), end);
    }
  }

  /**
   * Reads the segment that ends at `end`, and a scan with its codes; returns the offset behind it.
   */
  #segment(marker: number, content: Uint8Array, end: number): number {
    const segment = new ByteReader(content);
    const isFrame = marker >= 0xc0 && marker <= 0xc2;
    if (isFrame && this.#components.size === 0) this.#readFrame(segment);
    if (marker === MARKER.huffmanTables) this.#readHuffman(segment);
    if (marker === MARKER.restartInterval) this.#restartInterval = segment.uint16(0);
    return marker === MARKER.startOfScan ? this.#readScan(segment, end) : end;
  }

  #readFrame(segment: ByteReader): void {
    for (let index = 0; index < this.#header.components; index++) {
      const [id, sampling] = segment.slice(6 + 3 * index, 3);
      // A factor of 0 is refused by every decoder.
      this.#components.set(id, { across: Math.max(1, sampling >> 4), down: Math.max(1, sampling & 15) });
      this.#unseen.add(id);
    }
  }

  #readHuffman(segment: ByteReader): void {
    for (let at = 0; at < segment.length;) {
      const kind = segment.uint8(at);
      const counts = segment.slice(at + 1, CODE_MAX);
      const total = counts.reduce((sum, count) => sum + count, 0);
      const symbols = segment.slice(at + 1 + CODE_MAX, total);
      (kind >> 4 === 0 ? this.#dcTables : this.#acTables).set(kind & 15, { counts, symbols });
      at += 1 + CODE_MAX + total;
    }
  }

  #readScan(segment: ByteReader, start: number): number {
    const count = segment.uint8(0);
    const ids = Array.from({ length: count }, (_, index) => segment.uint8(1 + 2 * index));
    const tables = Array.from({ length: count }, (_, index) => segment.uint8(2 + 2 * index));
    const isFirst = segment.uint8(1 + 2 * count) === 0 && segment.uint8(3 + 2 * count) >> 4 === 0;
    const isNew = count > 0 && ids.every((id) => this.#unseen.has(id));
    const scan = isFirst && isNew ? this.#scanOf(ids, tables) : null;
    if (scan === null) return nextSegment(this.#reader.bytes, start) ?? this.#reader.length;
    for (const id of ids) this.#unseen.delete(id);
    const bits = new CodedBits(this.#reader.bytes, start);
    const { isIrregular } = surveyScan(scan, { bits, rows: this.#rows });
    this.#isIrregular ||= isIrregular;
    if (bits.hasEnded) return this.#reader.length;
    // A restart marker that is one too many is passed with the bytes behind it, as libjpeg does.
    return bits.position - 2;
  }

  /** Returns the scan of these components; `null` if it lacks a table. */
  #scanOf(ids: readonly number[], tables: readonly number[]): Scan | null {
    const { width, height, progressive } = this.#header;
    const all = [...this.#components.values()];
    const acrossMax = Math.max(...all.map(({ across }) => across));
    const downMax = Math.max(...all.map(({ down }) => down));
    const isInterleaved = ids.length > 1;
    const blocks: Scan["blocks"][number][] = [];
    for (const [index, id] of ids.entries()) {
      const { across, down } = this.#components.get(id)!;
      const [dcTable, acTable] = [this.#dcTables.get(tables[index] >> 4), this.#acTables.get(tables[index] & 15)];
      const dc = dcTable === undefined ? null : codeLookup(dcTable);
      const ac = progressive || acTable === undefined ? null : codeLookup(acTable);
      if (dc === null || (!progressive && ac === null)) return null;
      for (let block = 0; block < (isInterleaved ? across * down : 1); block++) blocks.push({ dc, ac });
    }
    const { across, down } = this.#components.get(ids[0])!;
    const mcuWidth = BLOCK_SIDE * (isInterleaved ? acrossMax : acrossMax / across);
    const mcuHeight = BLOCK_SIDE * (isInterleaved ? downMax : downMax / down);
    const [mcuColumns, mcuRows] = [Math.ceil(width / mcuWidth), Math.ceil(height / mcuHeight)];
    return { blocks, mcuColumns, mcuRows, mcuHeight, restartInterval: this.#restartInterval };
  }

  #finish(hasEnd: boolean, end: number): JpegSurvey {
    const isIncomplete = this.#unseen.size > 0 || this.#components.size === 0;
    if (isIncomplete) this.#rows.lower(ROW_STATE.missing, 0, this.#rows.height);
    return { rows: this.#rows, isIrregular: this.#isIrregular, hasEnd, end };
  }
}
