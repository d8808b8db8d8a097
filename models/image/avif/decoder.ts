import createDecoder from "@jsquash/avif/codec/dec/avif_dec.js";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import type { AssetSource } from "../../assets.ts";
import { readAvifHeader } from "./header.ts";
import type { Picture } from "../picture.ts";
import { fromRgba, type Samples } from "../samples.ts";
import { type EmscriptenFactory, WasmCodec } from "../wasm_codec.ts";

interface Decoder {
  decode(bytes: Uint8Array, bitsAChannel: 8): Samples | null;
}

const startDecoder: EmscriptenFactory<Decoder> = createDecoder;

/** A decoder of AVIF: libavif in WebAssembly. */
export class AvifDecoder {
  readonly #codec: WasmCodec;

  constructor(assets: AssetSource) {
    this.#codec = new WasmCodec(assets, "avif-decoder.wasm");
  }

  /** Decodes an AVIF as it is stored, with transparency on white; throws `image_unreadable`. */
  async decode(bytes: Uint8Array): Promise<Picture> {
    const { width, height } = readAvifHeader(bytes);
    // A new instance each time frees the memory of a large picture.
    const decoder = await this.#codec.instantiateWith(startDecoder);
    let image: Samples | null = null;
    try {
      image = decoder.decode(bytes, 8);
    } catch (error) {
      throw new DmlError("image_unreadable", "The AVIF is damaged.", { cause: error });
    }
    if (image === null || image.width !== width || image.height !== height) {
      throw new DmlError("image_unreadable", "The AVIF is damaged or cut short.");
    }
    return fromRgba(image);
  }
}
