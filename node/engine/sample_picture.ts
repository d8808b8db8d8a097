import type { Picture } from "../../models/image/picture.ts";
import { seededRandom } from "../../protocol/kernel/random.ts";

/**
 * A picture to measure with, always the same: smooth shapes and some grain, so that it costs a
 * codec about what a photograph of its size does. Nobody is in it.
 */
export function samplePicture({ width, height }: { width: number; height: number }): Picture {
  const data = new Uint8Array(width * height * 3);
  const random = seededRandom(1);
  // Grain from a short table: one random number per pixel would take longer than everything else
  // together.
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
