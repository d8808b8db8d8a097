import * as fixtures from "../../tests/models/image/fixtures.ts";
import { makeBmp } from "../../tests/models/image/bmp/bmp_writer.ts";
import { makeGif } from "../../tests/models/image/gif/gif_writer.ts";
import { makeHeic } from "../../tests/models/image/heic/heic_writer.ts";
import { HEVC } from "../../tests/models/image/heic/hevc_pictures.ts";
import { makeFlatJpeg } from "../../tests/models/image/jpeg/flat_jpeg.ts";
import { containJxl, makeJxl, TURNED_JXL } from "../../tests/models/image/jxl/jxl_writer.ts";
import { makePng } from "../../tests/models/image/png/png_writer.ts";
import { makeTiff } from "../../tests/models/image/tiff/tiff_writer.ts";
import { animateWebp } from "../../tests/models/image/webp/webp_writer.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const picture = fixtures.makePicture(37, 21);
const { width, height } = picture;
const SIZE = { width, height };
const samplesAt = (x: number, y: number) => [x * 5, y * 9, x + y];
const greyAt = (x: number, y: number) => [(x + y) % 2];
const palette = [[0, 0, 0], [255, 0, 0], [0, 255, 0], [9, 9, 9]];

let made: Promise<readonly Bytes[]> | null = null;

/** Returns small valid pictures: every format in the kinds that take another path through a decoder. */
export function samplePictures(): Promise<readonly Bytes[]> {
  return made ??= makeAll();
}

async function makeAll(): Promise<readonly Bytes[]> {
  const jpeg = await fixtures.makeJpeg(picture);
  const [webp, jxl] = [await fixtures.makeWebp(picture), await makeJxl(picture)];
  const frame = { ...SIZE, indexAt: (x: number) => x % 4 };
  return [
    ...await jpegs(jpeg),
    ...await pngs(),
    ...await tiffs(jpeg),
    makeGif({ ...SIZE, palette, frames: [frame] }),
    makeGif({ ...SIZE, palette, frames: [{ ...frame, interlaced: true, transparent: 1 }, frame] }),
    webp,
    animateWebp([webp, webp], { canvas: SIZE, frame: { ...SIZE, left: 0, top: 0 } }),
    await fixtures.makeAvif(picture),
    makeHeic({ crop: [37, 21] }),
    makeHeic({ grid: [100, 70], quarters: 1 }),
    makeHeic({ brand: "mif1", alpha: HEVC.alpha }),
    jxl,
    containJxl(jxl, [20]),
    Uint8Array.from(TURNED_JXL),
    makeBmp({ ...SIZE, depth: 24, pixelAt: (x) => x }),
    makeBmp({ ...SIZE, depth: 4, palette, pixelAt: (x) => x % 4 }),
    makeBmp({
      width: 8,
      height: 2,
      depth: 8,
      palette,
      pixelAt: () => 0,
      compression: 1,
      packed: Uint8Array.of(8, 1, 0, 0, 8, 2, 0, 1),
    }),
  ];
}

async function jpegs(jpeg: Bytes): Promise<Bytes[]> {
  return [
    jpeg,
    fixtures.withOrientation(jpeg, 6),
    await fixtures.makeJpeg(picture, { progressive: true, sampling: "4:2:0" }),
    await fixtures.makeJpeg(picture, { grey: true }),
    await fixtures.makeJpeg(picture, { sampling: "4:2:2", quality: 40 }),
    makeFlatJpeg({ ...SIZE, colourOf: (column, row) => [column * 20, row * 20, 7, 9], adobeTransform: 2 }),
  ];
}

function pngs(): Promise<Bytes[]> {
  const rgb = { ...SIZE, samplesAt } as const;
  const indexed = ["PLTE", Uint8Array.from(palette.flat())] as const;
  return Promise.all([
    makePng({ ...rgb, colourType: 2, depth: 8, filters: [0, 1, 2, 3, 4] }),
    makePng({ ...rgb, colourType: 6, depth: 16, interlaced: true, samplesAt: (x, y) => [x, y, 3, 65_535] }),
    makePng({ ...SIZE, colourType: 3, depth: 2, samplesAt: greyAt, chunks: [indexed] }),
    makePng({ ...SIZE, colourType: 0, depth: 1, samplesAt: greyAt, interlaced: true }),
  ]);
}

function tiffs(jpeg: Bytes): Promise<Bytes[]> {
  const rgb = { ...SIZE, photometric: 2, depth: 8, samplesAt } as const;
  return Promise.all([
    makeTiff({ ...rgb }),
    makeTiff({ ...rgb, compression: 5, differences: true, rowsPerStrip: 4 }),
    makeTiff({ ...rgb, compression: 8, tile: [16, 16], planar: true, bigEndian: true }),
    makeTiff({ ...rgb, compression: 32_773 }),
    makeTiff({ ...rgb, compression: 7, chunks: [jpeg] }),
    makeTiff({
      ...SIZE,
      photometric: 0,
      depth: 1,
      samplesAt: greyAt,
      compression: 4,
      chunks: [Uint8Array.of(0x26, 0xa0, 0x80)],
    }),
  ]);
}
