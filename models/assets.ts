/** Files that worker code needs but is not allowed to read itself. */
export const ASSET_NAMES = [
  "onnxruntime.wasm",
  "libjpeg-turbo.wasm",
  "jpeg-fallback-decoder.wasm",
  "webp-decoder.wasm",
  "avif-decoder.wasm",
  "libheif.wasm",
  "jxl-decoder.wasm",
  "font.ttf",
] as const;

export type AssetName = (typeof ASSET_NAMES)[number];

/**
 * Function that returns the bytes of an asset. Assets are requested on first use, so those that are
 * never needed are never loaded.
 */
export type AssetSource = (name: AssetName) => Promise<Uint8Array<ArrayBuffer>>;
