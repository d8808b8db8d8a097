import { DmlError } from "../../../protocol/kernel/errors.ts";
import { invariant } from "../../../protocol/kernel/invariant.ts";
import type { AssetSource } from "../../assets.ts";
import type { JpegHeader } from "./header.ts";
import type { Picture } from "../picture.ts";
import { fromCmyk, fromGrey } from "../samples.ts";
import { WasmCodec } from "../wasm_codec.ts";

/** An Adobe marker that states "no colour transform". */
const ADOBE_MARKER = [
  ...[0xff, 0xee, 0, 14],
  ...[0x41, 0x64, 0x6f, 0x62, 0x65, 0, 100, 0, 0, 0, 0, 0],
];

/** The layouts that the decoder returns. */
const FORMAT = { grey: 0, rgb: 1, cmyk: 2 } as const;

/** The exports of imagescript's `jpeg.wasm`, the Rust crate jpeg-decoder. */
interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly walloc: (length: number) => number;
  readonly wlen: () => number;
  readonly decode: (pointer: number, length: number, width: number, height: number) => number;
  readonly decode_width: (handle: number) => number;
  readonly decode_height: (handle: number) => number;
  readonly decode_format: (handle: number) => number;
  readonly decode_buffer: (handle: number) => number;
}

/**
 * Decoder of the JPEGs that the WebAssembly build of libjpeg-turbo refuses: CMYK, YCCK, and files
 * with harmless irregularities.
 */
export class JpegFallback {
  readonly #codec: WasmCodec;

  constructor(assets: AssetSource) {
    this.#codec = new WasmCodec(assets, "jpeg-fallback-decoder.wasm");
  }

  /** Decodes a JPEG as it is stored; throws `image_unreadable`. */
  async decode(bytes: Uint8Array, header: JpegHeader): Promise<Picture> {
    // A new instance for each file: these files are rare, and damage that one does to its instance
    // ends with it.
    const exports = await this.#codec.instantiate();
    invariant(isDecoder(exports), "the fallback decoder lacks a function");
    // The decoder reads four components as CMYK only if there is an Adobe marker.
    const unmarked = header.components === 4 && !header.adobe;
    const { width, height, format, samples } = run(exports, unmarked ? withMarker(bytes) : bytes);
    if (format === FORMAT.grey) return fromGrey({ width, height, data: samples });
    if (format === FORMAT.rgb) return { width, height, data: samples.slice() };
    return fromCmyk({ width, height, data: samples }, { inkIs255: !unmarked });
  }
}

function run(exports: Exports, bytes: Uint8Array) {
  const pointer = exports.walloc(bytes.length);
  new Uint8Array(exports.memory.buffer, pointer, bytes.length).set(bytes);
  let handle = 0;
  try {
    handle = exports.decode(pointer, bytes.length, 0, 0);
  } catch (error) {
    throw new DmlError("image_unreadable", "The JPEG is damaged.", { cause: error });
  }
  if (handle === 0) throw new DmlError("image_unreadable", "The JPEG is damaged.");
  const start = exports.decode_buffer(handle); // sets wlen()
  return {
    width: exports.decode_width(handle),
    height: exports.decode_height(handle),
    format: exports.decode_format(handle),
    samples: new Uint8Array(exports.memory.buffer, start, exports.wlen()),
  };
}

function withMarker(bytes: Uint8Array): Uint8Array {
  const marked = new Uint8Array(bytes.length + ADOBE_MARKER.length);
  marked.set(bytes.subarray(0, 2));
  marked.set(ADOBE_MARKER, 2);
  marked.set(bytes.subarray(2), 2 + ADOBE_MARKER.length);
  return marked;
}

function isDecoder(exports: object): exports is Exports {
  return "memory" in exports && "walloc" in exports && "wlen" in exports && "decode" in exports;
}
