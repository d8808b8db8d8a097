import type { AssetName, AssetSource } from "../../models/assets.ts";
import { asDmlError, DmlError } from "../../protocol/kernel/errors.ts";

interface BytesModule {
  readonly default: Uint8Array<ArrayBuffer>;
}

/** Where each asset is; the specifiers are literals, so that a bundler finds them and no permission is asked for. */
const FILES: Readonly<Record<AssetName, () => Promise<BytesModule>>> = {
  "onnxruntime.wasm": () => import("onnxruntime-web/ort-wasm-simd-threaded.wasm", { with: { type: "bytes" } }),
  "libjpeg-turbo.wasm": () =>
    import("@cornerstonejs/codec-libjpeg-turbo-8bit/wasm", {
      with: { type: "bytes" },
    }),
  "jpeg-fallback-decoder.wasm": () => import("imagescript/wasm/any/jpeg.wasm", { with: { type: "bytes" } }),
  "webp-decoder.wasm": () => import("@jsquash/webp/codec/dec/webp_dec.wasm", { with: { type: "bytes" } }),
  "avif-decoder.wasm": () => import("@jsquash/avif/codec/dec/avif_dec.wasm", { with: { type: "bytes" } }),
  "font.ttf": () => import("dejavu-fonts-ttf/ttf/DejaVuSans.ttf", { with: { type: "bytes" } }),
};

/**
 * The assets as files of the packages that dml is built from; each is loaded once, and all who ask for it get the same bytes.
 * Throws `assets_missing`.
 */
export const assetFiles: AssetSource = async (name) => {
  try {
    return (await FILES[name]()).default;
  } catch (error) {
    const { message } = asDmlError(error);
    throw new DmlError("assets_missing", `The file ${name} could not be loaded: ${message}`, { cause: error });
  }
};
