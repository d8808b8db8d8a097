/// <reference lib="deno.worker" />
import { createAnnotator } from "../../../models/image/draw/annotate.ts";
import { createImageCodec } from "../../../models/image/image_codec.ts";
import { marksOf } from "../../../models/pipelines/marks.ts";
import type { AssetName } from "../../../models/assets.ts";
import type { Person } from "../../../protocol/messages/prediction.ts";

/** Message to the worker, with everything that it has no permission to read. */
export interface LockedWork {
  readonly assets: ReadonlyMap<AssetName, Uint8Array<ArrayBuffer>>;
  readonly pictures: readonly Uint8Array<ArrayBuffer>[];
  readonly persons: readonly Person[];
}

/** Decodes, annotates and encodes each picture; answers with the JPEGs, or with what went wrong. */
self.onmessage = async ({ data }: MessageEvent<LockedWork>) => {
  try {
    const assets = (name: AssetName) => {
      const bytes = data.assets.get(name);
      return bytes === undefined ? Promise.reject(new Error(`no ${name}`)) : Promise.resolve(bytes);
    };
    const codec = createImageCodec(assets);
    const annotator = createAnnotator(assets);
    const encoded: Uint8Array[] = [];
    for (const bytes of data.pictures) {
      const picture = await annotator.annotate(await codec.decode(bytes), marksOf(data));
      encoded.push(await codec.encodeJpeg(picture));
    }
    self.postMessage(encoded);
  } catch (error) {
    self.postMessage(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
  }
};
