import createLibjpeg from "@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs";
import { concat } from "../../../protocol/kernel/concat.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import type { AssetSource } from "../../assets.ts";
import { JpegDecoder } from "./decoder/jpeg_decoder.ts";
import { JpegFallback } from "./fallback.ts";
import { JpegEncoder } from "./encoder/jpeg_encoder.ts";
import { MARKER, MARKER_START } from "./marker.ts";
import { hasJpegEnd, type JpegHeader, readJpegHeader } from "./header.ts";
import { ANNOTATED_QUALITY } from "../jpeg_quality.ts";
import { hasAllScans } from "./scans.ts";
import type { Picture } from "../picture.ts";
import { fromGrey } from "../samples.ts";
import { PixelPool } from "../pixel_pool.ts";
import { type EmscriptenFactory, viewOfResult, WasmCodec } from "../wasm_codec.ts";

/**
 * The part of `@cornerstonejs/codec-libjpeg-turbo-8bit` that dml uses, in its build that only
 * decodes. Its objects live until `delete()`.
 */
interface Libjpeg {
  readonly JPEGDecoder: new () => LibjpegDecoder;
  readonly HEAP8: Int8Array;
}
interface FrameInfo {
  readonly width: number;
  readonly height: number;
  readonly bitsPerSample: number;
  readonly componentCount: number;
  readonly isSigned: boolean;
}
interface LibjpegDecoder {
  getEncodedBuffer(length: number): Uint8ClampedArray;
  decode(): void;
  getFrameInfo(): FrameInfo;
  getDecodedBuffer(): Uint8ClampedArray;
  delete(): void;
}

/** A decoder that supports some JPEGs and returns `null` for all others. */
export type PlainDecoder = Pick<JpegDecoder, "decode" | "memoryBytes">;

const startLibjpeg: EmscriptenFactory<Libjpeg> = createLibjpeg;

/** The end-of-image marker. */
const END = Uint8Array.of(MARKER_START, MARKER.endOfImage);

/**
 * Largest WebAssembly memory that is kept. It never shrinks, so an instance that a huge picture
 * made larger is dropped.
 */
const MEMORY_KEPT_BYTES = 160 * 1024 * 1024;

/**
 * Decoder and encoder of JPEGs.
 *
 * A common, undamaged file is decoded by {@linkcode JpegDecoder}. Any other is decoded by
 * libjpeg-turbo in WebAssembly, which produces the same pixels more slowly, and a file that
 * libjpeg-turbo refuses by {@linkcode JpegFallback}. A file that lacks only its end marker is
 * decoded; one that lacks more is refused. {@linkcode JpegEncoder} encodes.
 */
export class JpegCodec {
  readonly #decoder: PlainDecoder;
  readonly #codec: WasmCodec;
  readonly #fallback: JpegFallback;
  readonly #spare: PixelPool;
  #libjpeg: Libjpeg | null = null;
  #encoder: JpegEncoder | null = null;

  /** Decodes into memory of `spare` if the picture fits; tries `decoder` first. */
  constructor(assets: AssetSource, spare = new PixelPool(), decoder: PlainDecoder = new JpegDecoder()) {
    this.#spare = spare;
    this.#decoder = decoder;
    this.#codec = new WasmCodec(assets, "libjpeg-turbo.wasm");
    this.#fallback = new JpegFallback(assets);
  }

  /** WebAssembly memory held at present, in bytes. */
  get memoryBytes(): number {
    return (this.#libjpeg?.HEAP8.byteLength ?? 0) + this.#decoder.memoryBytes + (this.#encoder?.memoryBytes ?? 0);
  }

  /**
   * Decodes a JPEG as it is stored, not turned upright; throws `image_unreadable` or
   * `image_unsupported`.
   */
  async decode(bytes: Uint8Array): Promise<Picture> {
    const header = readJpegHeader(bytes);
    if (header.components === 4) return await this.#fallback.decode(bytes, header);
    const plain = this.#decoder.decode(bytes, this.#spare);
    if (plain !== null) return plain;
    const libjpeg = await this.#start();
    try {
      return this.#decodeWith(libjpeg, bytes);
    } catch {
      if (!hasJpegEnd(bytes, header)) return await this.#decodeEnded(bytes, header);
      // libjpeg-turbo refuses mere warnings too, such as stray bytes between segments.
      return await this.#fallback.decode(bytes, header);
    }
  }

  /** Encodes as a baseline JPEG with 4:2:0 colour; `quality` is 1 to 100. */
  encode(
    picture: Picture,
    { quality = ANNOTATED_QUALITY }: { quality?: number } = {},
  ): Promise<Uint8Array<ArrayBuffer>> {
    return Promise.try(() => {
      this.#encoder ??= new JpegEncoder();
      return this.#encoder.encode(picture, quality);
    });
  }

  /**
   * Decodes a JPEG that lacks only its end marker: libjpeg-turbo refuses a file whose bits run out
   * before the marker that is appended here. With arithmetic coding the bits never run out, so such
   * a file is refused.
   */
  async #decodeEnded(bytes: Uint8Array, header: JpegHeader): Promise<Picture> {
    let cause: unknown;
    if (!header.arithmetic && hasAllScans(bytes, header)) {
      const libjpeg = await this.#start();
      try {
        return this.#decodeWith(libjpeg, concat([bytes, END]));
      } catch (error) {
        cause = error;
      }
    }
    throw new DmlError("image_unreadable", "The JPEG is cut short.", { cause });
  }

  #decodeWith(libjpeg: Libjpeg, bytes: Uint8Array): Picture {
    try {
      const picture = decodeWith(libjpeg, bytes, this.#spare);
      this.#release();
      return picture;
    } catch (error) {
      this.#release(error);
      throw error;
    }
  }

  async #start(): Promise<Libjpeg> {
    this.#libjpeg ??= await this.#codec.instantiateWith(startLibjpeg);
    return this.#libjpeg;
  }

  /**
   * Keeps the instance for the next picture, unless it grew too large or failed in a way that it
   * may not recover from.
   */
  #release(error?: unknown): void {
    // A number is the address of a C++ exception: the codec refused the picture and is still
    // intact.
    const sound = error === undefined || typeof error === "number";
    const isTooLarge = this.#libjpeg !== null && this.#libjpeg.HEAP8.byteLength > MEMORY_KEPT_BYTES;
    if (!sound || isTooLarge) this.#libjpeg = null;
  }
}

// A decoder is deleted after each picture: its buffers would otherwise take half of the memory of
// the instance.

function decodeWith(libjpeg: Libjpeg, bytes: Uint8Array, spare: PixelPool): Picture {
  const decoder = new libjpeg.JPEGDecoder();
  try {
    decoder.getEncodedBuffer(bytes.length).set(bytes);
    decoder.decode();
    const { width, height, componentCount } = decoder.getFrameInfo();
    // Both the input, above, and the output are memory of the codec.
    const samples = viewOfResult(() => decoder.getDecodedBuffer());
    if (componentCount === 1) return fromGrey({ width, height, data: samples });
    const data = spare.take(samples.length);
    data.set(samples);
    return { width, height, data };
  } finally {
    decoder.delete();
  }
}
