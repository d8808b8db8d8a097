import { BLOCK_SIZE } from "../block.ts";
import type { BaselineJpeg } from "./baseline_jpeg.ts";
import { writeHuffmanLookup } from "./huffman_lookup.ts";
import {
  BLOCK_AT,
  BLOCK_ENTRY,
  BLOCK_ENTRY_BYTES,
  BLOCKS_AT,
  HUFFMAN_AT,
  HUFFMAN_BYTES,
  type Plane,
  PREDICTORS_AT,
  QUANTISATION_AT,
  QUANTISATION_BYTES,
  ROWS_KEPT,
  TABLES_MAX,
} from "./memory_map.ts";
import { quantisationTable } from "./quantisation_table.ts";

/** One block of an MCU: its component and its position in it. */
interface Block {
  readonly component: number;
  readonly column: number;
  readonly row: number;
}

/**
 * The blocks of an MCU (T.81, A.2.3) in the memory of `decode`: the tables of each and the address
 * of its samples.
 */
export class BlockList {
  readonly #blocks: readonly Block[];
  readonly #planes: readonly Plane[];
  readonly #memory: ArrayBufferLike;

  private constructor(planes: readonly Plane[], memory: ArrayBufferLike) {
    this.#planes = planes;
    this.#memory = memory;
    this.#blocks = planes.flatMap(({ across, down }, component) =>
      Array.from({ length: across * down }, (_, index) => {
        return { component, column: index % across, row: Math.floor(index / across) };
      })
    );
  }

  /** Writes all tables into the memory. Returns `null` if a Huffman table is invalid. */
  static write(
    jpeg: BaselineJpeg,
    { planes, memory }: { planes: readonly Plane[]; memory: ArrayBufferLike },
  ): BlockList | null {
    new Uint8Array(memory).fill(0, BLOCK_AT, BLOCK_AT + 2 * BLOCK_SIZE);
    for (const [kind, tables] of [jpeg.dcTables, jpeg.acTables].entries()) {
      for (const [number, table] of tables) {
        const target = new Uint8Array(memory, huffmanTableAt(kind, number), HUFFMAN_BYTES);
        if (!writeHuffmanLookup(table, target)) return null;
      }
    }
    for (const [number, { steps }] of jpeg.components.entries()) {
      const table = quantisationTable(steps);
      new Int32Array(memory, QUANTISATION_AT + number * QUANTISATION_BYTES, table.length).set(table);
    }
    const list = new BlockList(planes, memory);
    list.#writeEntries(jpeg);
    return list;
  }

  /** Address of the end of the list. */
  get end(): number {
    return BLOCKS_AT + this.#blocks.length * BLOCK_ENTRY_BYTES;
  }

  /** Sets the target addresses for the first MCU of row `mcuRow`. */
  startRow(mcuRow: number): void {
    for (const [index, { component, column, row }] of this.#blocks.entries()) {
      const { at, stride, down, side } = this.#planes[component];
      const firstRow = (mcuRow % ROWS_KEPT * down + row) * side;
      this.#entry(index)[BLOCK_ENTRY.target / 4] = at + firstRow * stride + column * side;
    }
  }

  /** Resets the DC predictors to 0, as a restart requires. */
  forgetPredictors(): void {
    new Int32Array(this.#memory, PREDICTORS_AT, this.#planes.length).fill(0);
  }

  #writeEntries({ components }: BaselineJpeg): void {
    for (const [index, { component }] of this.#blocks.entries()) {
      const { dcTable, acTable } = components[component];
      const entry = this.#entry(index);
      entry[BLOCK_ENTRY.dcTable / 4] = huffmanTableAt(0, dcTable);
      entry[BLOCK_ENTRY.acTable / 4] = huffmanTableAt(1, acTable);
      entry[BLOCK_ENTRY.quantisation / 4] = QUANTISATION_AT + component * QUANTISATION_BYTES;
      entry[BLOCK_ENTRY.predictor / 4] = PREDICTORS_AT + 4 * component;
      const { across, side, stride } = this.#planes[component];
      entry[BLOCK_ENTRY.advance / 4] = across * side;
      entry[BLOCK_ENTRY.stride / 4] = stride;
      entry[BLOCK_ENTRY.samples / 4] = side;
    }
  }

  #entry(index: number): Int32Array {
    return new Int32Array(this.#memory, BLOCKS_AT + index * BLOCK_ENTRY_BYTES, BLOCK_ENTRY_BYTES / 4);
  }
}

/** Returns the address of a Huffman table; `kind` is 0 for DC, 1 for AC. */
function huffmanTableAt(kind: number, number: number): number {
  return HUFFMAN_AT + (kind * TABLES_MAX + number) * HUFFMAN_BYTES;
}
