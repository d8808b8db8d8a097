import type { Picture } from "../../models/image/picture.ts";
import { seededRandom } from "../../protocol/kernel/random.ts";

/**
 * Returns the picture that is used for measurements, always the same: smooth shapes and some grain,
 * so that a codec takes about as long as for a photograph of this size. It shows no person.
 */
export function samplePicture({ width, height }: { width: number; height: number }): Picture {
  const data = new Uint8Array(width * height * 3);
  const random = seededRandom(1);
  // The grain comes from a short table: a random number for each pixel would take longer than
  // everything else.
  const grain = Uint8Array.from({ length: 4_093 }, () => Math.floor(random() * 24));
  for (let y = 0, at = 0; y < height; y++) {
    const wave = 40 * Math.sin(y / 37);
    for (let x = 0; x < width; x++, at += 3) {
      const level = 90 + wave + ((x >> 4) & 63) + grain[(at + y) % grain.length];
      data[at] = level;
      data[at + 1] = level - 20;
      data[at + 2] = 200 - level / 2;
    }
  }
  return { width, height, data };
}
