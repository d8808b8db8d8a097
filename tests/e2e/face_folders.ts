import { join } from "node:path";
import { cropAround } from "../../models/image/resample/crop_around.ts";
import { createImageCodec } from "../../models/image/image_codec.ts";
import type { Picture } from "../../models/image/picture.ts";
import { assetFiles } from "../../node/engine/asset_files.ts";
import { samplePhotos } from "../../tools/sample_photos.ts";
import type { ClusterClient } from "../../user/client/cluster_client.ts";

/**
 * Crops of one face: the margin around it and the size of the picture. Each gives a slightly
 * different embedding.
 */
const VIEWS = [{ factor: 1.6, sideMax: 400 }, { factor: 2, sideMax: 260 }, { factor: 2.4, sideMax: 200 }];

/** The faces of the sample photos, each as several pictures that show only this face. */
export interface FaceViews {
  /** One entry a face, in no particular order. */
  readonly faces: readonly (readonly Uint8Array<ArrayBuffer>[])[];
}

/** Finds the faces on the first `photos` sample photos with `cluster` and cuts each of them out. */
export async function faceViews(cluster: Pick<ClusterClient, "predict">, photos: number): Promise<FaceViews> {
  const codec = createImageCodec(assetFiles);
  const faces: Uint8Array<ArrayBuffer>[][] = [];
  for (const photo of (await samplePhotos()).slice(0, photos)) {
    const options = { model: "faces", annotate: false, embeddings: false, gallery: null };
    const { prediction } = await cluster.predict(photo, options);
    const picture = await codec.decode(photo);
    for (const { box } of prediction.persons) {
      const views = VIEWS.map((view, index) => mirrored(cropAround(picture, { box, ...view }), index === 2));
      faces.push(await Promise.all(views.map((view) => codec.encodeJpeg(view))));
    }
  }
  return { faces };
}

/** Writes the pictures of each person to `DIRECTORY/NAME/1.jpg`, `2.jpg` and so on. */
export async function writeFolders(
  directory: string,
  people: Readonly<Record<string, readonly Uint8Array<ArrayBuffer>[]>>,
): Promise<void> {
  for (const [name, pictures] of Object.entries(people)) {
    await Deno.mkdir(join(directory, name), { recursive: true });
    for (const [index, bytes] of pictures.entries()) {
      await Deno.writeFile(join(directory, name, `${index + 1}.jpg`), bytes);
    }
  }
}

/** Returns the picture flipped horizontally, or unchanged if `isMirrored` is false. */
function mirrored(picture: Picture, isMirrored: boolean): Picture {
  if (!isMirrored) return picture;
  const { width, height, data } = picture;
  const turned = new Uint8Array(data.length);
  for (let at = 0; at < width * height; at++) {
    const from = at - at % width + (width - 1 - at % width);
    turned.set(data.subarray(from * 3, from * 3 + 3), at * 3);
  }
  return { width, height, data: turned };
}
