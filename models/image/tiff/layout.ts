import { DmlError } from "../../../protocol/kernel/errors.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { FAX, type FaxOptions } from "./fax.ts";
import { TIFF_TAG, type TiffDirectory } from "./directory.ts";

/** The photometric interpretations of TIFF 6.0 that dml reads. */
export const PHOTOMETRIC = { whiteIsZero: 0, blackIsZero: 1, rgb: 2, palette: 3, cmyk: 5, yCbCr: 6 } as const;

/** The compression of strips and tiles that are JPEGs. */
export const JPEG_COMPRESSION = 7;

/** The samples that each photometric interpretation needs. */
const SAMPLES: Readonly<Record<number, number>> = { 0: 1, 1: 1, 2: 3, 3: 1, 5: 4, 6: 3 };

/** The layout of the pixels of one TIFF page. */
export interface TiffLayout {
  readonly width: number;
  readonly height: number;
  readonly littleEndian: boolean;
  readonly photometric: number;
  readonly compression: number;
  /** Bits of every sample: 1, 2, 4, 8 or 16. */
  readonly depth: number;
  /** Samples a pixel. */
  readonly samples: number;
  /** True if each sample has strips or tiles of its own. */
  readonly planar: boolean;
  /** True if each sample is stored as the difference to the one on its left. */
  readonly differences: boolean;
  readonly alpha: "none" | "straight" | "premultiplied";
  /** All red, then all green, then all blue entries, 16 bits each; empty without a palette. */
  readonly colourMap: readonly number[];
  /** Strips are tiles as wide as the picture. */
  readonly tileWidth: number;
  readonly tileHeight: number;
  /** Offset of each tile's bytes: rows of tiles from the top, plane after plane. */
  readonly offsets: readonly number[];
  readonly byteCounts: readonly number[];
  /** The tables that the JPEGs share, as a JPEG without a picture; empty if there are none. */
  readonly jpegTables: Uint8Array;
  readonly fax: Pick<FaxOptions, "isTwoDimensional" | "isReversed">;
}

/**
 * Reads and checks the layout of a page. Throws `image_unsupported` if dml does not read it,
 * `image_unreadable` if it is damaged.
 */
export function readTiffLayout(directory: TiffDirectory, littleEndian: boolean): TiffLayout {
  const width = directory.number(TIFF_TAG.imageWidth, 0);
  const height = directory.number(TIFF_TAG.imageLength, 0);
  const samples = directory.number(TIFF_TAG.samplesPerPixel, 1);
  const photometric = directory.number(TIFF_TAG.photometric, PHOTOMETRIC.blackIsZero);
  const tiled = directory.number(TIFF_TAG.tileWidth, 0) > 0;
  const extra = directory.number(TIFF_TAG.extraSamples, 0);
  const hasAlpha = samples > (SAMPLES[photometric] ?? 0) && (extra === 1 || extra === 2);
  const layout: TiffLayout = {
    width,
    height,
    littleEndian,
    photometric,
    compression: directory.number(TIFF_TAG.compression, 1),
    depth: readDepth(directory),
    samples,
    planar: directory.number(TIFF_TAG.planarConfiguration, 1) === 2,
    differences: directory.number(TIFF_TAG.predictor, 1) === 2,
    alpha: !hasAlpha ? "none" : extra === 1 ? "premultiplied" : "straight",
    colourMap: directory.numbers(TIFF_TAG.colorMap),
    tileWidth: tiled ? directory.number(TIFF_TAG.tileWidth, 0) : width,
    tileHeight: tiled
      ? directory.number(TIFF_TAG.tileLength, 0)
      : Math.min(directory.number(TIFF_TAG.rowsPerStrip, height), height),
    offsets: directory.numbers(tiled ? TIFF_TAG.tileOffsets : TIFF_TAG.stripOffsets),
    byteCounts: directory.numbers(tiled ? TIFF_TAG.tileByteCounts : TIFF_TAG.stripByteCounts),
    jpegTables: directory.bytes(TIFF_TAG.jpegTables),
    fax: {
      isTwoDimensional: (directory.number(TIFF_TAG.t4Options, 0) & 1) === 1,
      isReversed: directory.number(TIFF_TAG.fillOrder, 1) === 2,
    },
  };
  checkSupported(layout, directory);
  checkTiles(layout);
  return layout;
}

function readDepth(directory: TiffDirectory): number {
  const depths = directory.numbers(TIFF_TAG.bitsPerSample);
  const depth = depths[0] ?? 1;
  if (![1, 2, 4, 8, 16].includes(depth) || depths.some((other) => other !== depth)) {
    throw unsupported(`has samples of ${depths.join(", ")} bits`);
  }
  return depth;
}

function checkSupported(layout: TiffLayout, directory: TiffDirectory): void {
  const { photometric, samples } = layout;
  const needed = SAMPLES[photometric];
  if (needed === undefined) throw unsupported(`stores its colours in the way of number ${photometric}`);
  if (samples < needed || samples > 8) throw unsupported(`has ${samples} samples a pixel`);
  if (directory.number(TIFF_TAG.sampleFormat, 1) !== 1) throw unsupported("has samples that are no whole numbers");
  if (!isFax(layout) && directory.number(TIFF_TAG.fillOrder, 1) !== 1) {
    throw unsupported("stores its bits in reverse order");
  }
  if (directory.number(TIFF_TAG.predictor, 1) > 2) throw unsupported("predicts samples in floating point");
  if (layout.differences && layout.depth < 8) throw unsupported("predicts samples of under 8 bits");
  if (photometric === PHOTOMETRIC.palette && layout.depth > 8) throw unsupported("has a palette of 16 bits");
  if (layout.compression === JPEG_COMPRESSION) checkJpeg(layout);
  else if (photometric === PHOTOMETRIC.yCbCr) throw unsupported("stores its colours as YCbCr without JPEG");
  if (isFax(layout) && (layout.depth > 1 || samples > 1)) throw unsupported("is a fax in colour");
}

/** Returns true if the page is compressed as fax machines do. */
export function isFax({ compression }: TiffLayout): boolean {
  return compression >= FAX.rows && compression <= FAX.group4;
}

function checkJpeg({ photometric, samples, depth, planar, differences }: TiffLayout): void {
  if (photometric === PHOTOMETRIC.palette || photometric === PHOTOMETRIC.cmyk) {
    throw unsupported(`holds JPEGs whose colours are stored in the way of number ${photometric}`);
  }
  if (planar && samples > 1) throw unsupported("holds a JPEG for each channel");
  if (samples === SAMPLES[photometric] && depth === 8 && !differences) return;
  throw unsupported(`holds JPEGs of ${samples} samples of ${depth} bits a pixel`);
}

function checkTiles(layout: TiffLayout): void {
  const { width, height, tileWidth, tileHeight, offsets, byteCounts } = layout;
  const planes = layout.planar ? layout.samples : 1;
  const tiles = Math.ceil(width / tileWidth) * Math.ceil(height / tileHeight) * planes;
  const fits = tileWidth * tileHeight <= LIMITS.imagePixelsMax;
  if (fits && offsets.length >= tiles && byteCounts.length >= tiles) return;
  throw new DmlError("image_unreadable", "The TIFF does not say where all of its pixels are.");
}

function unsupported(what: string): DmlError {
  return new DmlError("image_unsupported", `The TIFF ${what}.`);
}
