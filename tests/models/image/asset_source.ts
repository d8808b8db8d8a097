import libjpegTurbo from "@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasm" with { type: "bytes" };
import avif from "@jsquash/avif/codec/dec/avif_dec.wasm" with { type: "bytes" };
import jxl from "@jsquash/jxl/codec/dec/jxl_dec.wasm" with { type: "bytes" };
import webp from "@jsquash/webp/codec/dec/webp_dec.wasm" with { type: "bytes" };
import font from "dejavu-fonts-ttf/ttf/DejaVuSans.ttf" with { type: "bytes" };
import jpegFallback from "imagescript/wasm/any/jpeg.wasm" with { type: "bytes" };
import libheif from "libheif-js/libheif-wasm/libheif.wasm" with { type: "bytes" };
import type { AssetName, AssetSource } from "../../../models/assets.ts";

const BYTES: Partial<Record<AssetName, Uint8Array<ArrayBuffer>>> = {
  "libjpeg-turbo.wasm": libjpegTurbo,
  "jpeg-fallback-decoder.wasm": jpegFallback,
  "webp-decoder.wasm": webp,
  "avif-decoder.wasm": avif,
  "libheif.wasm": libheif,
  "jxl-decoder.wasm": jxl,
  "font.ttf": font,
};

/** The assets of the image code, straight from their packages. */
export const imageAssets: AssetSource = (name) => {
  const bytes = BYTES[name];
  return bytes === undefined ? Promise.reject(new Error(`no image code needs ${name}`)) : Promise.resolve(bytes);
};
