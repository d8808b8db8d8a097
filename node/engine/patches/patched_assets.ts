import type { AssetSource } from "../../../models/assets.ts";
import { withDepthwiseConvolution } from "./depthwise_patch.ts";

/**
 * Returns an asset source with the engine patched. An engine of another version is left unchanged,
 * and `onSkipped` is called.
 */
export function patchedAssets(assets: AssetSource, { onSkipped }: { onSkipped: () => void }): AssetSource {
  return async (name) => {
    const bytes = await assets(name);
    if (name !== "onnxruntime.wasm") return bytes;
    const patched = withDepthwiseConvolution(bytes);
    if (patched === null) onSkipped();
    return patched ?? bytes;
  };
}
