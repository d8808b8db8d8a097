import createLibjpeg from "@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import type { AssetSource } from "../../assets.ts";
import { JpegDecoder } from "./decoder/jpeg_decoder.ts";
import { JpegFallback } from "./fallback.ts";
import { JpegEncoder } from "./encoder/jpeg_encoder.ts";
import { type JpegHeader, readJpegHeader } from "./header.ts";
import { ANNOTATED_QUALITY } from "../jpeg_quality.ts";
import { hasAllScans } from "./scans.ts";
import { COARSE, HARMLESS } from "./survey/flaw_text.ts";
import type { DecodeOptions } from "../decode_options.ts";
import { checkMemory, plainJpegScale } from "../memory_budget.ts";
import { type JudgedJpeg, judgeJpeg } from "./survey/judge_jpeg.ts";
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

/** A picture as libjpeg-turbo decodes it; `isFlawed` if it gave a warning about the file. */
interface Decoded {
  readonly picture: Picture;
  readonly isFlawed: boolean;
}

/** A decoder that takes some JPEGs and returns `null` for all others. */
export type PlainDecoder = Pick<JpegDecoder, "decode" | "memoryBytes">;

const startLibjpeg: EmscriptenFactory<Libjpeg> = createLibjpeg;

/**
 * Largest WebAssembly memory that is kept. It never shrinks, so an instance that a huge picture
 * made larger is dropped.
 */
const MEMORY_KEPT_BYTES = 160 * 1024 * 1024;

/**
 * Decoder and encoder of JPEGs.
 *
 * A plain and sound file is decoded by {@linkcode JpegDecoder}, any other by libjpeg-turbo in
 * WebAssembly, which makes the same pixels more slowly, and a file that libjpeg-turbo cannot decode
 * by {@linkcode JpegFallback}. A file with flaws is decoded as libjpeg-turbo does, with grey for
 * what is missing, and the picture says so, unless {@linkcode judgeJpeg} finds that too much is
 * missing. {@linkcode JpegEncoder} encodes.
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
   * Decodes a JPEG as it is stored, not turned upright; a plain one at a reduced size if its longer
   * side is at least `sideMin` pixels then, or if it takes too much memory and may be reduced.
   * Throws `image_unreadable`, `image_unsupported` or `memory_low`.
   */
  async decode(bytes: Uint8Array, options: DecodeOptions = {}): Promise<Picture> {
    const { memoryBytes = Infinity } = options;
    const header = readJpegHeader(bytes);
    if (header.components !== 4) {
      const plain = this.#decodePlain(bytes, header, options);
      if (plain !== null) return plain;
    }
    checkMemory("jpeg", header, memoryBytes);
    if (header.components === 4) return await this.#decodeInk(bytes, header);
    if (header.arithmetic) return await this.#decodeArithmetic(bytes);
    if (header.progressive) return await this.#decodeProgressive(bytes, header);
    const judged = judgeJpeg(bytes, header);
    const decoded = await this.#tryLibjpeg(judged.bytes);
    if (decoded === null) return await this.#decodeOdd(judged, header);
    return withFlaw(decoded.picture, judged.flaw ?? (decoded.isFlawed ? HARMLESS : null));
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

  /** Decodes a plain JPEG that fits into memory; returns `null` for any other. */
  #decodePlain(
    bytes: Uint8Array,
    { width, height }: JpegHeader,
    { sideMin = Infinity, memoryBytes = Infinity, mayReduce = false }: DecodeOptions,
  ): Picture | null {
    const fitting = plainJpegScale({ width, height }, memoryBytes);
    if (fitting === null || (fitting > 1 && !mayReduce)) return null;
    for (const scaleDenominator of [8, 4, 2, 1] as const) {
      const isEnough = Math.ceil(Math.max(width, height) / scaleDenominator) >= sideMin;
      if (scaleDenominator > fitting && !isEnough || scaleDenominator < fitting) continue;
      const picture = this.#decoder.decode(bytes, this.#spare, { scaleDenominator });
      if (picture !== null) return scaleDenominator === 1 ? picture : { ...picture, original: { width, height } };
    }
    return null;
  }

  async #decodeProgressive(bytes: Uint8Array, header: JpegHeader): Promise<Picture> {
    const isComplete = hasAllScans(bytes, header);
    const whole = await this.#tryLibjpeg(bytes);
    if (whole !== null && !whole.isFlawed && isComplete) return whole.picture;
    if (whole !== null) this.#spare.release(whole.picture);
    const judged = judgeJpeg(bytes, header);
    const decoded = await this.#tryLibjpeg(judged.bytes);
    if (decoded === null) return await this.#decodeOdd(judged, header);
    const isCoarse = !judged.isLossy && (decoded.isFlawed || !isComplete);
    return withFlaw(decoded.picture, isCoarse ? COARSE : judged.flaw ?? HARMLESS);
  }

  /**
   * Decodes a JPEG with arithmetic codes, which never run out: nobody can tell where one is cut.
   */
  async #decodeArithmetic(bytes: Uint8Array): Promise<Picture> {
    const decoded = await this.#tryLibjpeg(bytes);
    if (decoded !== null && !decoded.isFlawed) return decoded.picture;
    if (decoded !== null) this.#spare.release(decoded.picture);
    throw new DmlError("image_unreadable", "The JPEG is damaged or cut short.");
  }

  /** Decodes a JPEG of four components, which libjpeg-turbo's WebAssembly build cannot. */
  async #decodeInk(bytes: Uint8Array, header: JpegHeader): Promise<Picture> {
    if (header.arithmetic) return await this.#fallback.decode(bytes, header);
    return await this.#decodeOdd(judgeJpeg(bytes, header), header);
  }

  /**
   * Decodes a JPEG that libjpeg-turbo refuses, with the fallback, which does not make missing rows
   * grey: it is given no such file.
   */
  async #decodeOdd({ bytes, isLossy, flaw }: JudgedJpeg, header: JpegHeader): Promise<Picture> {
    if (isLossy) throw new DmlError("image_unreadable", "The JPEG is damaged or cut short.");
    const picture = await this.#fallback.decode(bytes, header);
    const isCoarse = header.progressive && !hasAllScans(bytes, header);
    return withFlaw(picture, isCoarse ? COARSE : flaw);
  }

  /** Decodes with libjpeg-turbo; returns `null` if it refuses the file. */
  async #tryLibjpeg(bytes: Uint8Array): Promise<Decoded | null> {
    const libjpeg = await this.#start();
    try {
      const decoded = decodeWith(libjpeg, bytes, this.#spare);
      this.#release();
      return decoded;
    } catch (error) {
      this.#release(error);
      return null;
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
    const sound = error === undefined || isException(error);
    const isTooLarge = this.#libjpeg !== null && this.#libjpeg.HEAP8.byteLength > MEMORY_KEPT_BYTES;
    if (!sound || isTooLarge) this.#libjpeg = null;
  }
}

// A decoder is deleted after each picture: its buffers would otherwise take half of the memory of
// the instance.

function decodeWith(libjpeg: Libjpeg, bytes: Uint8Array, spare: PixelPool): Decoded {
  const decoder = new libjpeg.JPEGDecoder();
  try {
    decoder.getEncodedBuffer(bytes.length).set(bytes);
    const refusal = errorOf(() => decoder.decode());
    const { width, height, componentCount } = decoder.getFrameInfo();
    // Both the input, above, and the output are memory of the codec.
    const samples = viewOfResult(() => decoder.getDecodedBuffer());
    // The decoder throws for warnings, too, but then it has gone through to the end. Where it did
    // not, its output is zeros.
    if (refusal !== null && (!isException(refusal) || !samples.some((sample) => sample !== 0))) throw refusal;
    return { picture: pictureOf({ width, height, data: samples }, componentCount, spare), isFlawed: refusal !== null };
  } finally {
    decoder.delete();
  }
}

function pictureOf(stored: Picture, components: number, spare: PixelPool): Picture {
  if (components === 1) return fromGrey(stored);
  const data = spare.take(stored.data.length);
  data.set(stored.data);
  return { ...stored, data };
}

function errorOf(call: () => void): unknown {
  try {
    call();
    return null;
  } catch (error) {
    return error;
  }
}

/** Returns true for the address of a C++ exception: the codec is as good as before. */
function isException(error: unknown): boolean {
  return typeof error === "number";
}

function withFlaw(picture: Picture, flaw: string | null): Picture {
  return flaw === null ? picture : { ...picture, flaw };
}
