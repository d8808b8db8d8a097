import { AC_SIZE_MAX, BLOCK_SIZE, DC_SIZE_MAX, END_OF_BLOCK, SIXTEEN_ZEROS, SIZE_BITS } from "../../../kernels/jpeg.ts";
import { MARKER } from "../marker.ts";
import type { CodedBits } from "./coded_bits.ts";
import type { CodeLookup } from "./code_lookup.ts";
import { ROW_STATE, type RowState, type RowStates } from "./row_states.ts";

const RESTARTS = 8;
/** The first code that is a marker of a kind that JPEG has (T.81, table B.1). */
const FIRST_FRAME = 0xc0;
const SIZE_MASK = (1 << SIZE_BITS) - 1;

/** A scan as it is surveyed: the blocks of an MCU, and where the MCUs are. */
export interface Scan {
  /** The tables of each block of an MCU; `ac` is `null` if only DC coefficients are coded. */
  readonly blocks: readonly { readonly dc: CodeLookup; readonly ac: CodeLookup | null }[];
  readonly mcuColumns: number;
  readonly mcuRows: number;
  /** Rows of pixels of one row of MCUs. */
  readonly mcuHeight: number;
  /** MCUs from one restart marker to the next; 0 for none. */
  readonly restartInterval: number;
}

/** The findings beside the rows. */
export interface ScanFindings {
  /** True if a restart marker is not the one that is due, or any byte belongs to nothing. */
  readonly isIrregular: boolean;
  /** The marker behind the scan. */
  readonly marker: number;
}

/**
 * Reads the codes of a scan as libjpeg does (jdhuff.c), and makes nothing of them but the condition
 * of each row, which it notes in `rows`.
 */
export function surveyScan(scan: Scan, { bits, rows }: { bits: CodedBits; rows: RowStates }): ScanFindings {
  return new ScanSurvey(scan, bits, rows).run();
}

class ScanSurvey {
  readonly #scan: Scan;
  readonly #bits: CodedBits;
  readonly #rows: RowStates;
  #restarts = 0;
  #isIrregular = false;
  /** True from a wrong code to the next restart. */
  #isBroken = false;
  /** The first MCU since the last restart. */
  #intervalStart = 0;

  constructor(scan: Scan, bits: CodedBits, rows: RowStates) {
    this.#scan = scan;
    this.#bits = bits;
    this.#rows = rows;
  }

  run(): ScanFindings {
    const { mcuColumns, mcuRows, restartInterval } = this.#scan;
    const mcus = mcuColumns * mcuRows;
    for (let mcu = 0; mcu < mcus; mcu++) {
      if (restartInterval > 0 && mcu > 0 && mcu % restartInterval === 0) this.#restart(mcu);
      if (!this.#bits.isOut) this.#readMcu();
      if (this.#bits.isOut) this.#note(ROW_STATE.missing, mcu);
      else if (this.#isBroken) this.#note(ROW_STATE.broken, mcu);
    }
    return { isIrregular: this.#isIrregular, marker: this.#pass(mcus) };
  }

  /**
   * Passes the restart marker that is due before the MCU `mcu`, as jpeg_resync_to_restart does if
   * it is another.
   */
  #restart(mcu: number): void {
    const due = this.#restarts++ % RESTARTS;
    for (let marker = this.#pass(mcu);; marker = this.#pass(mcu)) {
      if (marker === MARKER.restart + due) {
        this.#bits.passMarker();
        break;
      }
      this.#isIrregular = true;
      const action = resynchronisation(marker, due);
      if (action === "wait") break;
      this.#bits.passMarker();
      if (action === "go on") break;
    }
    this.#bits.restart();
    this.#isBroken = false;
    this.#intervalStart = mcu;
  }

  /** Passes the bytes before the next marker, which are too many for the MCUs up to `mcu`. */
  #pass(mcu: number): number {
    const { marker, strayBytes } = this.#bits.nextMarker();
    if (strayBytes > 0) {
      this.#isIrregular = true;
      this.#noteAll(ROW_STATE.doubtful, this.#intervalStart, mcu);
    }
    return marker;
  }

  #readMcu(): void {
    for (const { dc, ac } of this.#scan.blocks) {
      const size = this.#readCode(dc);
      if (size > DC_SIZE_MAX) this.#isBroken = true;
      this.#bits.skip(size & SIZE_MASK);
      if (ac !== null) this.#readCoefficients(ac);
    }
  }

  #readCoefficients(lookup: CodeLookup): void {
    for (let index = 1; index < BLOCK_SIZE; index++) {
      const symbol = this.#readCode(lookup);
      const size = symbol & SIZE_MASK;
      if (size === 0 && symbol !== SIXTEEN_ZEROS) {
        if (symbol !== END_OF_BLOCK) this.#isBroken = true;
        return;
      }
      index += symbol >> SIZE_BITS;
      if (size > AC_SIZE_MAX || (index >= BLOCK_SIZE && size > 0)) this.#isBroken = true;
      this.#bits.skip(size);
    }
  }

  /** Returns the symbol of the next code; 0 for none, as libjpeg does. */
  #readCode(lookup: CodeLookup): number {
    const entry = lookup[this.#bits.peek()];
    if (entry === 0) this.#isBroken = true;
    this.#bits.skip(entry === 0 ? 16 : entry >> 8);
    return entry & 0xff;
  }

  #note(state: RowState, mcu: number): void {
    this.#noteAll(state, mcu, mcu + 1);
  }

  #noteAll(state: RowState, start: number, end: number): void {
    const { mcuColumns, mcuHeight } = this.#scan;
    const [first, last] = [Math.floor(start / mcuColumns), Math.ceil(end / mcuColumns)];
    this.#rows.lower(state, Math.floor(first * mcuHeight), Math.ceil(last * mcuHeight));
  }
}

/**
 * Returns what libjpeg does about a marker that is not the restart marker with number `due`: passes
 * it and goes on, passes it and looks for the next one, or waits with it until it is due.
 */
function resynchronisation(marker: number, due: number): "go on" | "look on" | "wait" {
  if (marker < FIRST_FRAME) return "look on";
  if (marker < MARKER.restart || marker >= MARKER.restart + RESTARTS) return "wait";
  const ahead = (marker - MARKER.restart - due + RESTARTS) % RESTARTS;
  if (ahead === 1 || ahead === 2) return "wait";
  return ahead >= RESTARTS - 2 ? "look on" : "go on";
}
