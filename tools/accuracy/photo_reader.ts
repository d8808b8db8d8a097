import type { CatalogEntry } from "../../models/catalog/catalog_entry.ts";
import { createImageCodec } from "../../models/image/image_codec.ts";
import { createPipeline } from "../../models/pipelines/create_pipeline.ts";
import type { ModelSession } from "../../models/tensor.ts";
import { assetFiles } from "../../node/engine/asset_files.ts";
import { createModelSession, initOnnx } from "../../node/engine/onnx_session.ts";
import { withDepthwiseConvolution } from "../../node/engine/patches/depthwise_patch.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import type { Person } from "../../protocol/messages/prediction.ts";
import { largestFace } from "../../user/pictures/largest_face.ts";

/** Returns the largest face of a photo; `null` if it shows none or cannot be read. */
export type PhotoReader = (path: string) => Promise<Person | null>;

/** Loads a model as a node does, and returns a reader of photos that uses it. */
export async function createPhotoReader({ manifest, loadFile }: CatalogEntry): Promise<PhotoReader> {
  const engine = await assetFiles("onnxruntime.wasm");
  initOnnx(withDepthwiseConvolution(engine) ?? engine);
  const sessions: Record<string, ModelSession> = {};
  for (const { role } of manifest.files) sessions[role] = await createModelSession(await loadFile(role));
  const pipeline = createPipeline(manifest, sessions, { nowMs: () => performance.now() });
  const codec = createImageCodec(assetFiles);
  return async (path) => {
    try {
      const picture = await codec.decode(await Deno.readFile(path));
      return largestFace((await pipeline.recognise(picture, { embeddings: true })).persons);
    } catch (error) {
      if (error instanceof DmlError && error.code.startsWith("image_")) return null;
      throw error;
    }
  };
}
