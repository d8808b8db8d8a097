// @ts-types="./libheif.d.ts"
import createLibheif from "libheif-js/libheif-wasm/libheif.js";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import type { AssetSource } from "../../assets.ts";
import type { AvifDecoder } from "../avif/decoder.ts";
import type { Picture } from "../picture.ts";
import { fromRgba } from "../samples.ts";
import { WasmCodec } from "../wasm_codec.ts";
import { readHeifHeader } from "./header.ts";
import type { Libheif } from "./libheif.d.ts";

/** Numbers of libheif's enumerations. */
const COLORSPACE_RGB = 1;
const CHROMA = { rgb: 10, rgba: 11 } as const;
const CHANNEL_INTERLEAVED = 10;
const ERROR = { unsupportedFile: 3, unsupportedFeature: 4, memory: 6 } as const;
const DETAIL_LIMIT_EXCEEDED = 1000;

/** Places in libheif's structures, which only grow at their end. */
const LIMITS_PIXELS = 8;
const OPTIONS_TO_8_BITS = 20;
const OPTIONS_STRICT = 21;

/** Memory for what libheif writes: a `heif_error` of 12 bytes, then one number. */
const SCRATCH = { length: 16, result: 12 } as const;

/**
 * A decoder of HEIF: libheif with libde265 in WebAssembly for HEVC, the decoder of AVIF for AV1.
 */
export class HeifDecoder {
  readonly #codec: WasmCodec;
  readonly #avif: AvifDecoder;

  constructor(assets: AssetSource, avif: AvifDecoder) {
    this.#codec = new WasmCodec(assets, "libheif.wasm");
    this.#avif = avif;
  }

  /**
   * Decodes the primary picture of a HEIF file with transparency on white: HEVC cropped and turned
   * upright, AV1 as stored. Throws `image_unreadable`, `image_unsupported` or `image_too_large`.
   */
  async decode(bytes: Uint8Array): Promise<Picture> {
    if (readHeifHeader(bytes).compression === "av01") return await this.#avif.decode(bytes);
    // A new instance each time frees the memory of a large picture.
    const libheif = await this.#codec.instantiateWith(createLibheif);
    try {
      return new Decoding(libheif).decode(bytes);
    } catch (error) {
      if (error instanceof DmlError) throw error;
      throw new DmlError("image_unreadable", "The HEIC is damaged.", { cause: error });
    }
  }
}

/** One file in the memory of an instance of libheif that is dropped afterwards. */
class Decoding {
  readonly #libheif: Libheif;
  readonly #scratch: number;

  constructor(libheif: Libheif) {
    this.#libheif = libheif;
    this.#scratch = this.#allocate(SCRATCH.length);
  }

  decode(bytes: Uint8Array): Picture {
    const libheif = this.#libheif;
    const [error, result] = [this.#scratch, this.#scratch + SCRATCH.result];
    const context = libheif._heif_context_alloc();
    const limits = this.#view(libheif._heif_context_get_security_limits(context), LIMITS_PIXELS + 8);
    limits.setBigUint64(LIMITS_PIXELS, BigInt(LIMITS.imagePixelsMax), true);
    const file = this.#allocate(bytes.length);
    libheif.HEAPU8.set(bytes, file);
    libheif._heif_context_read_from_memory_without_copy(error, context, file, bytes.length, 0);
    this.#check();
    libheif._heif_context_get_primary_image_handle(error, context, result);
    const handle = this.#result();
    const chroma = libheif._heif_image_handle_has_alpha_channel(handle) === 0 ? CHROMA.rgb : CHROMA.rgba;
    libheif._heif_decode_image(error, handle, result, COLORSPACE_RGB, chroma, this.#options());
    return this.#toPicture(this.#result(), chroma);
  }

  /** Makes options: 8 bits a channel, and an error if the data are damaged. */
  #options(): number {
    const options = this.#libheif._heif_decoding_options_alloc();
    this.#libheif.HEAPU8[options + OPTIONS_TO_8_BITS] = 1;
    this.#libheif.HEAPU8[options + OPTIONS_STRICT] = 1;
    return options;
  }

  /** Copies a decoded picture out of libheif's memory, without the padding of its rows. */
  #toPicture(image: number, chroma: number): Picture {
    const libheif = this.#libheif;
    const width = libheif._heif_image_get_width(image, CHANNEL_INTERLEAVED);
    const height = libheif._heif_image_get_height(image, CHANNEL_INTERLEAVED);
    const start = libheif._heif_image_get_plane_readonly(image, CHANNEL_INTERLEAVED, this.#scratch);
    const stride = this.#view(this.#scratch, 4).getInt32(0, true);
    const rowBytes = width * (chroma === CHROMA.rgba ? 4 : 3);
    const data = new Uint8Array(rowBytes * height);
    for (let row = 0; row < height; row++) {
      const from = start + row * stride;
      data.set(libheif.HEAPU8.subarray(from, from + rowBytes), row * rowBytes);
    }
    if (chroma === CHROMA.rgb) return { width, height, data };
    const isPremultiplied = libheif._heif_image_is_premultiplied_alpha(image) !== 0;
    return fromRgba({ width, height, data }, { isPremultiplied });
  }

  /** Returns the number that the last call stored as its result; throws if it failed. */
  #result(): number {
    this.#check();
    return this.#view(this.#scratch, SCRATCH.length).getUint32(SCRATCH.result, true);
  }

  /** Throws the error of the last call, if there was one. */
  #check(): void {
    const view = this.#view(this.#scratch, SCRATCH.length);
    const [code, detail] = [view.getUint32(0, true), view.getUint32(4, true)];
    if (code === 0) return;
    const cause = new Error(`libheif: error ${code}, ${detail}: ${this.#text(view.getUint32(8, true))}`);
    if (code === ERROR.memory || detail === DETAIL_LIMIT_EXCEEDED) {
      throw new DmlError("image_too_large", "The HEIC takes more memory than a picture of its size may.", { cause });
    }
    if (code === ERROR.unsupportedFile || code === ERROR.unsupportedFeature) {
      throw new DmlError("image_unsupported", "The HEIC is of a rare kind.", { cause });
    }
    throw new DmlError("image_unreadable", "The HEIC is damaged or cut short.", { cause });
  }

  #allocate(length: number): number {
    const start = this.#libheif._malloc(length);
    if (start !== 0) return start;
    throw new DmlError("image_too_large", "The HEIC takes more memory than its decoder has.");
  }

  #view(start: number, length: number): DataView {
    const { buffer, byteOffset } = this.#libheif.HEAPU8;
    return new DataView(buffer, byteOffset + start, length);
  }

  /** Returns the text that ends with a zero byte. */
  #text(start: number): string {
    const memory = this.#libheif.HEAPU8;
    return new TextDecoder().decode(memory.slice(start, memory.indexOf(0, start)));
  }
}
