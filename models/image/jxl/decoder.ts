import createDecoder from "@jsquash/jxl/codec/dec/jxl_dec.js";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import type { AssetSource } from "../../assets.ts";
import type { Picture } from "../picture.ts";
import { fromRgba, type Samples } from "../samples.ts";
import { type EmscriptenFactory, WasmCodec } from "../wasm_codec.ts";

interface Decoder {
  decode(bytes: Uint8Array): Samples | null;
}

const startDecoder: EmscriptenFactory<Decoder> = createDecoder;

/** A decoder of JPEG XL: libjxl in WebAssembly. Takes the first frame of an animation. */
export class JxlDecoder {
  readonly #codec: WasmCodec;

  constructor(assets: AssetSource) {
    this.#codec = new WasmCodec(assets, "jxl-decoder.wasm");
  }

  /** Decodes a JPEG XL upright, with transparency on white; throws `image_unreadable`. */
  async decode(bytes: Uint8Array): Promise<Picture> {
    // A new instance each time frees the memory of a large picture.
    const decoder = await this.#codec.instantiateWith(startDecoder);
    let image: Samples | null = null;
    try {
      image = decoder.decode(bytes);
    } catch (error) {
      throw new DmlError("image_unreadable", "The JPEG XL is damaged.", { cause: error });
    }
    if (image === null) throw new DmlError("image_unreadable", "The JPEG XL is damaged or cut short.");
    return fromRgba(image);
  }
}
