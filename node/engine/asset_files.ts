import type { AssetName, AssetSource } from "../../models/assets.ts";
import { asDmlError, DmlError } from "../../protocol/kernel/errors.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Loaders of the assets. The specifiers are literals, so that a bundler finds them. */
const FILES: Readonly<Record<AssetName, () => Promise<Bytes>>> = {
  // Read, not imported: an import would keep its 14 MB in this thread permanently.
  "onnxruntime.wasm": () => Deno.readFile(new URL(import.meta.resolve("onnxruntime-web/ort-wasm-simd-threaded.wasm"))),
  "libjpeg-turbo.wasm": () =>
    copyOf(import("@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasm", { with: { type: "bytes" } })),
  "jpeg-fallback-decoder.wasm": () => copyOf(import("imagescript/wasm/any/jpeg.wasm", { with: { type: "bytes" } })),
  "webp-decoder.wasm": () => copyOf(import("@jsquash/webp/codec/dec/webp_dec.wasm", { with: { type: "bytes" } })),
  "avif-decoder.wasm": () => copyOf(import("@jsquash/avif/codec/dec/avif_dec.wasm", { with: { type: "bytes" } })),
  "libheif.wasm": () => copyOf(import("libheif-js/libheif-wasm/libheif.wasm", { with: { type: "bytes" } })),
  "jxl-decoder.wasm": () => copyOf(import("@jsquash/jxl/codec/dec/jxl_dec.wasm", { with: { type: "bytes" } })),
  "font.ttf": () => copyOf(import("dejavu-fonts-ttf/ttf/DejaVuSans.ttf", { with: { type: "bytes" } })),
};

async function copyOf(imported: Promise<{ readonly default: Bytes }>): Promise<Bytes> {
  return (await imported).default.slice();
}

/**
 * The assets from the files of the npm packages that dml is built from. Every call returns new
 * bytes, which the caller may transfer. Throws `assets_missing`.
 */
export const assetFiles: AssetSource = async (name) => {
  try {
    return await FILES[name]();
  } catch (error) {
    const { message } = asDmlError(error);
    throw new DmlError("assets_missing", `The file ${name} could not be loaded: ${message}`, { cause: error });
  }
};
