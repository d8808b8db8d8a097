import { DmlError } from "../../protocol/kernel/errors.ts";
import type { AssetSource } from "../assets.ts";
import { AvifDecoder } from "./avif/decoder.ts";
import { decodeBmp } from "./bmp/decoder.ts";
import type { DecodeOptions } from "./decode_options.ts";
import { readImageHeader } from "./format.ts";
import { decodeGif } from "./gif/decoder.ts";
import type { ImageFormat } from "./formats.ts";
import { HeifDecoder } from "./heic/decoder.ts";
import { JpegCodec } from "./jpeg/codec.ts";
import { JxlDecoder } from "./jxl/decoder.ts";
import { orient } from "./geometry/orient.ts";
import type { Picture } from "./picture.ts";
import { checkMemory } from "./memory_budget.ts";
import { decodePng } from "./png/decoder.ts";
import { PixelPool } from "./pixel_pool.ts";
import { decodeTiff } from "./tiff/decoder.ts";
import { WebpDecoder } from "./webp/decoder.ts";

/** The one port to every codec: decodes pictures and encodes them as JPEG. */
export interface ImageCodec {
  /**
   * Decodes a picture of any format that dml reads and turns it upright. Takes the first frame of
   * an animation and puts transparency on white. If the longer side may be as short as `sideMin`
   * pixels, the picture may be decoded at a half, a quarter or an eighth of its size, which takes
   * less time and memory. Throws `image_empty`, `image_too_large`, `image_unsupported`,
   * `image_unreadable` or `memory_low`; the caller adds the name of the file.
   */
  decode(bytes: Uint8Array, options?: DecodeOptions): Promise<Picture>;
  /** Encodes as JPEG; `quality` is 1 to 100, by default {@linkcode ANNOTATED_QUALITY}. */
  encodeJpeg(
    picture: Picture,
    options?: { quality?: number },
  ): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * Takes back the memory of `picture`, which nobody may read afterwards: it serves the next
   * picture or is freed at once.
   */
  release(picture: Picture): void;
}

/**
 * Creates an {@linkcode ImageCodec} that fetches its WebAssembly from `assets`, each part when it
 * is first needed.
 */
export function createImageCodec(assets: AssetSource): ImageCodec {
  const spare = new PixelPool();
  const jpeg = new JpegCodec(assets, spare);
  const webp = new WebpDecoder(assets);
  const avif = new AvifDecoder(assets);
  const heif = new HeifDecoder(assets, avif);
  const jxl = new JxlDecoder(assets);
  const decoders: Record<ImageFormat, (bytes: Uint8Array, options: DecodeOptions) => Picture | Promise<Picture>> = {
    jpeg: (bytes, options) => jpeg.decode(bytes, options),
    png: decodePng,
    gif: decodeGif,
    tiff: (bytes) => decodeTiff(bytes, (part) => jpeg.decode(part)),
    webp: (bytes) => webp.decode(bytes),
    avif: (bytes) => avif.decode(bytes),
    heic: (bytes) => heif.decode(bytes),
    heif: (bytes) => heif.decode(bytes),
    jxl: (bytes) => jxl.decode(bytes),
    bmp: decodeBmp,
  };
  return {
    async decode(bytes, options = {}) {
      const header = readImageHeader(bytes);
      // A JPEG is checked by its decoder, because most take less.
      if (header.format !== "jpeg") checkMemory(header.format, header, options.memoryBytes ?? Infinity);
      const stored = await decoders[header.format](bytes, options);
      const { width, height } = stored.original ?? stored;
      if (width !== header.width || height !== header.height) {
        throw new DmlError(
          "image_unreadable",
          `The picture is ${width} x ${height} pixels, but says ${header.width} x ${header.height}.`,
        );
      }
      const upright = orient(stored, header.orientation);
      if (upright !== stored) spare.release(stored);
      return upright;
    },
    encodeJpeg: (picture, options) => jpeg.encode(picture, options),
    release: (picture) => spare.release(picture),
  };
}
