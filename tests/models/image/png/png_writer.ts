import { crc32, deflate, uint32 } from "../byte_writer.ts";
import { concat } from "../../../../protocol/kernel/concat.ts";

/** The options of {@linkcode makePng}. */
export interface PngOptions {
  readonly width: number;
  readonly height: number;
  readonly colourType: 0 | 2 | 3 | 4 | 6;
  readonly depth: 1 | 2 | 4 | 8 | 16;
  /** Returns the samples of the pixel at this place, each of `depth` bits. */
  readonly samplesAt: (x: number, y: number) => readonly number[];
  readonly interlaced?: boolean;
  /** Filters of the rows, in turn and again from the first; 0 by default. */
  readonly filters?: readonly number[];
  /** Bytes after the end of the zlib stream, in the same chunk; none by default. */
  readonly padding?: number;
  /** False to leave out the chunk at the end. */
  readonly hasEnd?: boolean;
  /** Chunks before the pixels, such as `PLTE` and `tRNS`. */
  readonly chunks?: readonly (readonly [string, Uint8Array])[];
}

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
/** Left, top, column step and row step of each pass. */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
];

/** Makes a PNG of any colour type, depth, filter and interlacing. */
export async function makePng(options: PngOptions): Promise<Uint8Array<ArrayBuffer>> {
  const { width, height, depth, colourType } = options;
  const passes = options.interlaced === true ? ADAM7 : [[0, 0, 1, 1]];
  const rows = passes.flatMap((pass) => passRows(options, pass));
  return concat([
    SIGNATURE,
    pngHeaderChunk({ width, height, depth, colourType, interlaced: options.interlaced }),
    ...(options.chunks ?? []).map(([type, content]) => pngChunk(type, content)),
    pngChunk("IDAT", concat([await deflate(concat(rows)), new Uint8Array(options.padding ?? 0)])),
    options.hasEnd === false ? new Uint8Array() : pngChunk("IEND", new Uint8Array()),
  ]);
}

/** Makes a PNG that claims any size and has no pixels. */
export function makePngClaim(width: number, height: number): Uint8Array<ArrayBuffer> {
  return concat([SIGNATURE, pngHeaderChunk({ width, height, depth: 8, colourType: 2 })]);
}

/** Makes a chunk with its length and checksum. */
export function pngChunk(type: string, content: Uint8Array): Uint8Array<ArrayBuffer> {
  const checked = concat([new TextEncoder().encode(type), content]);
  return concat([uint32(content.length), checked, uint32(crc32(checked))]);
}

function pngHeaderChunk(
  header: Pick<PngOptions, "width" | "height" | "depth" | "colourType" | "interlaced">,
): Uint8Array {
  const { width, height, depth, colourType, interlaced } = header;
  const tail = Uint8Array.of(depth, colourType, 0, 0, interlaced === true ? 1 : 0);
  return pngChunk("IHDR", concat([uint32(width), uint32(height), tail]));
}

function passRows(options: PngOptions, [left, top, columnStep, rowStep]: number[]): Uint8Array[] {
  const { width, height, depth, samplesAt, filters = [0] } = options;
  const rows: Uint8Array[] = [];
  if (left >= width) return rows;
  const pixelBytes = Math.max(1, (depth * samplesAt(0, 0).length) >> 3);
  let previous = new Uint8Array();
  for (let y = top; y < height; y += rowStep) {
    const samples: number[] = [];
    for (let x = left; x < width; x += columnStep) samples.push(...samplesAt(x, y));
    const row = packSamples(samples, depth);
    const filter = filters[rows.length % filters.length];
    rows.push(concat([Uint8Array.of(filter), filterRow(row, previous, { filter, pixelBytes })]));
    previous = row;
  }
  return rows;
}

function packSamples(samples: readonly number[], depth: number): Uint8Array<ArrayBuffer> {
  const bits = samples.map((sample) => sample.toString(2).padStart(depth, "0")).join("");
  const count = Math.ceil(bits.length / 8);
  return Uint8Array.from(
    { length: count },
    (_, index) => Number.parseInt(bits.slice(index * 8, index * 8 + 8).padEnd(8, "0"), 2),
  );
}

function filterRow(
  row: Uint8Array,
  previous: Uint8Array,
  { filter, pixelBytes }: { filter: number; pixelBytes: number },
): Uint8Array {
  return row.map((value, at) => {
    const left = row[at - pixelBytes] ?? 0;
    const above = previous[at] ?? 0;
    const corner = at < pixelBytes ? 0 : previous[at - pixelBytes] ?? 0;
    const nearest = [left, above, corner].reduce((best, candidate) =>
      Math.abs(left + above - corner - candidate) < Math.abs(left + above - corner - best) ? candidate : best
    );
    return value - [0, left, above, (left + above) >> 1, nearest][filter];
  });
}
