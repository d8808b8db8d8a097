import { createImageCodec } from "../../../models/image/image_codec.ts";
import type { Picture } from "../../../models/image/picture.ts";
import { enlargeRows } from "../../../models/image/resample/bilinear_filter.ts";
import { assetFiles } from "../../../node/engine/asset_files.ts";
import { seededRandom } from "../../../protocol/kernel/random.ts";
import { samplePhoto } from "../../sample_photos.ts";

/** Height of the grain that a camera's large picture has, in levels. */
const GRAIN = 24;
const SEED = 11;
/** Quality of the JPEG, as cameras and phones write it. */
const QUALITY = 90;

/**
 * Returns a JPEG of the sample photo with three faces, enlarged to so many megapixels, with some
 * grain, without which it would be smaller and quicker to decode than one from a camera.
 */
export async function largePhoto(megapixels: number): Promise<Uint8Array<ArrayBuffer>> {
  const codec = createImageCodec(assetFiles);
  const photo = await codec.decode(await samplePhoto(1));
  const scale = Math.sqrt(megapixels * 1e6 / (photo.width * photo.height));
  const size = { width: Math.round(photo.width * scale), height: Math.round(photo.height * scale) };
  return await codec.encodeJpeg(enlarged(photo, size), { quality: QUALITY });
}

function enlarged(photo: Picture, size: { width: number; height: number }): Picture {
  const data = new Uint8Array(size.width * size.height * 3);
  const random = seededRandom(SEED);
  const grain = Float32Array.from({ length: 65_521 }, () => (random() - 0.5) * GRAIN);
  const fit = { scaleX: size.width / photo.width, scaleY: size.height / photo.height, offsetX: 0, offsetY: 0 };
  enlargeRows(photo, { frame: size, fit }, (row, y) => {
    const start = y * size.width * 3;
    for (let at = 0; at < size.width * 3; at++) {
      const level = row[at] + grain[(start + at) % grain.length];
      data[start + at] = Math.min(Math.max(Math.round(level), 0), 255);
    }
  });
  return { ...size, data };
}
