/** Files that code in a worker needs and may not read by itself. */
export const ASSET_NAMES = [
  "onnxruntime.wasm",
  "libjpeg-turbo.wasm",
  "jpeg-fallback-decoder.wasm",
  "webp-decoder.wasm",
  "avif-decoder.wasm",
  "font.ttf",
] as const;

export type AssetName = (typeof ASSET_NAMES)[number];

/** Hands out an asset's bytes; each is asked for when first needed, so what is never needed is never loaded. */
export type AssetSource = (name: AssetName) => Promise<Uint8Array<ArrayBuffer>>;
