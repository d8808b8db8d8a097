import { deflate, uint16, uint16le, uint32, uint32le } from "../byte_writer.ts";
import { packLzw } from "../lzw_writer.ts";
import { concat } from "../../../../protocol/kernel/concat.ts";

/** Contents of a file of {@linkcode makeTiff}. */
export interface TiffOptions {
  readonly width: number;
  readonly height: number;
  /** 0 white is zero, 1 black is zero, 2 RGB, 3 palette, 5 CMYK. */
  readonly photometric: number;
  readonly depth: 1 | 4 | 8 | 16;
  readonly samplesAt: (x: number, y: number) => readonly number[];
  /** 1 none, 5 LZW, 8 Deflate, 32773 PackBits; of `chunks` any. */
  readonly compression?: number;
  /** The strips or tiles as they are in the file, instead of those of `samplesAt`. */
  readonly chunks?: readonly Uint8Array[];
  readonly bigEndian?: boolean;
  readonly rowsPerStrip?: number;
  /** Tiles of this width and height instead of strips. */
  readonly tile?: readonly [number, number];
  readonly planar?: boolean;
  /** Stores each sample as the difference to the one on its left. */
  readonly differences?: boolean;
  /** Further tags, such as orientation 274, extra samples 338, or a colour map 320. */
  readonly tags?: Tags;
}

/** Numbers, or bytes that are none. */
type Tags = Readonly<Record<number, readonly number[] | Uint8Array>>;

/** A TIFF of one page. */
export async function makeTiff(options: TiffOptions): Promise<Uint8Array<ArrayBuffer>> {
  const { width, height, tile, rowsPerStrip = height } = options;
  const [tileWidth, tileHeight] = tile ?? [width, rowsPerStrip];
  const samples = options.samplesAt(0, 0).length;
  const chunks: Uint8Array[] = [...options.chunks ?? []];
  for (let plane = 0; options.chunks === undefined && plane < (options.planar === true ? samples : 1); plane++) {
    for (let top = 0; top < height; top += tileHeight) {
      for (let left = 0; left < width; left += tileWidth) {
        const rows = tile === undefined ? Math.min(tileHeight, height - top) : tileHeight;
        const area = { left, top, columns: tileWidth, rows, plane };
        chunks.push(await pack(areaBytes(options, area), options.compression ?? 1));
      }
    }
  }
  const offsets: number[] = [];
  let end = 8;
  for (const chunk of chunks) {
    offsets.push(end);
    end += chunk.length;
  }
  const counts = chunks.map((chunk) => chunk.length);
  const where: Tags = tile === undefined
    ? { 273: offsets, 278: [rowsPerStrip], 279: counts }
    : { 322: [tileWidth], 323: [tileHeight], 324: offsets, 325: counts };
  const directory = makeDirectory({
    256: [width],
    257: [height],
    258: new Array(samples).fill(options.depth),
    259: [options.compression ?? 1],
    262: [options.photometric],
    277: [samples],
    284: [options.planar === true ? 2 : 1],
    317: [options.differences === true ? 2 : 1],
    ...where,
    ...options.tags,
  }, { start: end, bigEndian: options.bigEndian === true });
  return concat([tiffHeader(end, options.bigEndian === true), ...chunks, directory]);
}

/** A TIFF of nothing but tags: the form of EXIF metadata. */
export function makeExif(
  tags: Readonly<Record<number, readonly number[]>>,
  { bigEndian = false }: { bigEndian?: boolean } = {},
): Uint8Array<ArrayBuffer> {
  return concat([tiffHeader(8, bigEndian), makeDirectory(tags, { start: 8, bigEndian })]);
}

function tiffHeader(directory: number, bigEndian: boolean): Uint8Array {
  return bigEndian
    ? concat([Uint8Array.of(0x4d, 0x4d), uint16(42), uint32(directory)])
    : concat([Uint8Array.of(0x49, 0x49), uint16le(42), uint32le(directory)]);
}

/** Numbers under 65,536 as SHORT, lists with a larger one as LONG. */
function makeDirectory(
  tags: Tags,
  { start, bigEndian }: { start: number; bigEndian: boolean },
): Uint8Array {
  const short = bigEndian ? uint16 : uint16le;
  const long = bigEndian ? uint32 : uint32le;
  const entries = Object.entries(tags);
  const tail: Uint8Array[] = [];
  let tailStart = start + 2 + entries.length * 12 + 4;
  const parts = entries.map(([tag, values]) => {
    const isBytes = values instanceof Uint8Array;
    const wide = !isBytes && values.some((value) => value > 0xffff);
    const content = isBytes ? values : concat(values.map(wide ? long : short));
    const head = [short(Number(tag)), short(isBytes ? 7 : wide ? 4 : 3), long(values.length)];
    if (content.length <= 4) {
      return concat([...head, content, new Uint8Array(4 - content.length)]);
    }
    tail.push(content);
    tailStart += content.length;
    return concat([...head, long(tailStart - content.length)]);
  });
  return concat([short(entries.length), ...parts, long(0), ...tail]);
}

function areaBytes(
  options: TiffOptions,
  area: { left: number; top: number; columns: number; rows: number; plane: number },
): Uint8Array<ArrayBuffer> {
  const { width, height, depth, samplesAt, planar, differences } = options;
  const zero = new Array<number>(samplesAt(0, 0).length).fill(0);
  const rows: Uint8Array[] = [];
  for (let y = area.top; y < area.top + area.rows; y++) {
    const samples: number[] = [];
    const own = planar === true ? 1 : zero.length;
    for (let x = area.left; x < area.left + area.columns; x++) {
      const pixel = x < width && y < height ? samplesAt(x, y) : zero;
      samples.push(...(planar === true ? [pixel[area.plane]] : pixel));
    }
    const stored = differences === true
      ? samples.map((value, at) => (value - (samples[at - own] ?? 0)) & ((1 << depth) - 1))
      : samples;
    rows.push(packRow(stored, options));
  }
  return concat(rows);
}

function packRow(samples: readonly number[], { depth, bigEndian }: TiffOptions): Uint8Array {
  if (depth === 16) return concat(samples.map(bigEndian === true ? uint16 : uint16le));
  const bits = samples.map((sample) => sample.toString(2).padStart(depth, "0")).join("");
  return Uint8Array.from(
    { length: Math.ceil(bits.length / 8) },
    (_, index) => Number.parseInt(bits.slice(index * 8, index * 8 + 8).padEnd(8, "0"), 2),
  );
}

async function pack(bytes: Uint8Array<ArrayBuffer>, compression: number): Promise<Uint8Array> {
  if (compression === 5) return packLzw(bytes, { kind: "tiff", rootBits: 8 });
  if (compression === 8) return await deflate(bytes);
  return compression === 32773 ? packBits(bytes) : bytes;
}

/** PackBits, with runs where there are some. */
function packBits(bytes: Uint8Array): Uint8Array {
  const packed: number[] = [];
  let at = 0;
  while (at < bytes.length) {
    let run = 1;
    while (run < 128 && bytes[at + run] === bytes[at]) run++;
    if (run > 1) packed.push(257 - run, bytes[at]);
    else packed.push(0, bytes[at]);
    at += run;
  }
  return Uint8Array.from(packed);
}
