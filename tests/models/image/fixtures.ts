import libjpegTurbo from "@cornerstonejs/codec-libjpeg-turbo-8bit/wasm" with { type: "bytes" };
import createLibjpeg from "@cornerstonejs/codec-libjpeg-turbo-8bit/wasmjs";
import createAvifEncoder from "@jsquash/avif/codec/enc/avif_enc.js";
import avifEncoder from "@jsquash/avif/codec/enc/avif_enc.wasm" with { type: "bytes" };
import { defaultOptions as avifDefaults } from "@jsquash/avif/meta.js";
import createWebpEncoder from "@jsquash/webp/codec/enc/webp_enc.js";
import webpEncoder from "@jsquash/webp/codec/enc/webp_enc.wasm" with { type: "bytes" };
import { defaultOptions as webpDefaults } from "@jsquash/webp/meta.js";
import type { Picture } from "../../../models/image/picture.ts";
import { uint16 } from "./byte_writer.ts";
import { makeExif } from "./tiff/tiff_writer.ts";
import { concat } from "../../../protocol/kernel/concat.ts";

/**
 * Makes a smooth picture whose four corners differ: red grows to the right, green to the bottom,
 * and blue depends on the quarter. JPEG hardly changes it, and each rotation or reflection of it is
 * another picture.
 */
export function makePicture(width: number, height: number): Picture {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      data.set(colourAt(x / width, y / height), (y * width + x) * 3);
    }
  }
  return { width, height, data };
}

/** R, G, B of {@linkcode makePicture} at a place of 0..1. */
export function colourAt(x: number, y: number): [number, number, number] {
  return [Math.round(x * 200) + 20, Math.round(y * 200) + 20, Math.round(x * y * 200) + 20];
}

/** Numbers that turbojpeg.h gives to what colour is reduced to. */
const SUBSAMPLING = { "4:4:4": 0, "4:2:2": 1, "4:2:0": 2 } as const;

/** A JPEG by libjpeg-turbo, for the kinds that dml itself never writes. */
export async function makeJpeg(
  picture: Picture,
  options: { grey?: boolean; progressive?: boolean; quality?: number; sampling?: keyof typeof SUBSAMPLING } = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const libjpeg = await createLibjpeg({ wasmBinary: libjpegTurbo });
  const { width, height, data } = picture;
  const encoder = new libjpeg.JPEGEncoder();
  encoder.setProgressive(options.progressive === true ? 1 : 0);
  encoder.setQuality(options.quality ?? 95);
  encoder.setSubSampling(SUBSAMPLING[options.sampling ?? "4:4:4"]);
  // Any count but 1 is colour. Both numbers make the encoder's buffer large enough, see
  // jpeg/encoder/libjpeg_turbo.ts.
  const componentCount = options.grey === true ? 1 : 255;
  const bitsPerSample = width * height < 100 ? 248 : 32;
  const frame = { width, height, bitsPerSample, componentCount, isSigned: false };
  encoder.getDecodedBuffer(frame).set(
    options.grey === true ? data.filter((_, index) => index % 3 === 0) : data,
  );
  encoder.encode();
  const bytes = Uint8Array.from(encoder.getEncodedBuffer() as Uint8ClampedArray);
  encoder.delete();
  return bytes;
}

/** `jpeg` with EXIF metadata that says how to turn it. */
export function withOrientation(
  jpeg: Uint8Array,
  orientation: number,
  options: { bigEndian?: boolean } = {},
): Uint8Array<ArrayBuffer> {
  const exif = makeExif({ 274: [orientation] }, options);
  return withSegment(jpeg, 0xe1, concat([new TextEncoder().encode("Exif\0\0"), exif]));
}

/** `jpeg` with one more segment at its beginning. */
export function withSegment(
  jpeg: Uint8Array,
  marker: number,
  content: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const head = concat([Uint8Array.of(0xff, marker), uint16(content.length + 2), content]);
  return concat([jpeg.subarray(0, 2), head, jpeg.subarray(2)]);
}

/** A WebP, lossless so that it can be compared. */
export async function makeWebp(picture: Picture): Promise<Uint8Array<ArrayBuffer>> {
  const encoder = await createWebpEncoder({ wasmBinary: webpEncoder });
  const { width, height } = picture;
  const options = { ...webpDefaults, lossless: 1, exact: 1 };
  return Uint8Array.from(encoder.encode(toRgba(picture), width, height, options));
}

/** An AVIF of high quality. */
export async function makeAvif(picture: Picture): Promise<Uint8Array<ArrayBuffer>> {
  const encoder = await createAvifEncoder({ wasmBinary: avifEncoder });
  const { width, height } = picture;
  const options = { ...avifDefaults, quality: 95, subsample: 3, speed: 10 };
  return Uint8Array.from(encoder.encode(toRgba(picture), width, height, options));
}

/** R, G, B and full alpha. */
export function toRgba({ width, height, data }: Picture): Uint8Array<ArrayBuffer> {
  const target = new Uint8Array(width * height * 4).fill(255);
  for (let pixel = 0; pixel < width * height; pixel++) {
    target.set(data.subarray(pixel * 3, pixel * 3 + 3), pixel * 4);
  }
  return target;
}

/** The first `share` of the bytes. */
export function truncated(bytes: Uint8Array, share = 0.5): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(bytes.subarray(0, Math.floor(bytes.length * share)));
}

/** Bytes of a text. */
export function makeText(): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode("This is a shopping list, whatever its name says.\n- milk\n- café\n");
}

/** The largest difference of any sample; infinite for pictures of different sizes. */
export function difference(one: Picture, other: Picture): number {
  if (one.width !== other.width || one.height !== other.height) return Infinity;
  let largest = 0;
  for (let at = 0; at < one.data.length; at++) {
    largest = Math.max(largest, Math.abs(one.data[at] - other.data[at]));
  }
  return largest;
}
