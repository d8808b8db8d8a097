import { readImageHeader } from "../../../models/image/format.ts";
import { createImageCodec, type ImageCodec } from "../../../models/image/image_codec.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { imageAssets } from "../../../tests/models/image/asset_source.ts";
import type { Dice } from "../dice.ts";
import { mutateBytes, randomBytes } from "../mutate_bytes.ts";
import { samplePictures } from "../sample_pictures.ts";
import { ACCEPTED, type Surface, type World } from "../surface.ts";

const REFUSALS: readonly string[] = [
  "image_empty",
  "image_too_large",
  "image_unsupported",
  "image_unreadable",
  "memory_low",
];
/** Memory that a decoder may take: that of a small worker, so that large claims cost little time. */
const MEMORY_BYTES = 64 * 1024 * 1024;

/** Headers and bodies of pictures of every format. */
export const IMAGES: Surface = {
  name: "images",
  what: "headers and bodies of pictures of every format",
  casesPerWorld: 500,
  async open() {
    return new ImagesWorld(await samplePictures(), createImageCodec(imageAssets));
  },
};

class ImagesWorld implements World {
  constructor(readonly samples: readonly Uint8Array<ArrayBuffer>[], readonly codec: ImageCodec) {}

  async run(dice: Dice): Promise<string> {
    const sample = dice.pick(this.samples);
    const bytes = dice.oneIn(50) ? randomBytes(200, dice) : mutateBytes(sample, dice);
    dice.note(() => `${bytes.length} bytes: ${bytes.subarray(0, 4_000).toBase64()}`);
    try {
      const header = readImageHeader(bytes);
      const options = dice.oneIn(4) ? { sideMin: 8, memoryBytes: MEMORY_BYTES } : { memoryBytes: MEMORY_BYTES };
      const picture = await this.codec.decode(bytes, options);
      const sides = [picture.width, picture.height].toSorted((one, other) => one - other);
      const claimed = [header.width, header.height].toSorted((one, other) => one - other);
      if (sides.some((side, index) => side > claimed[index])) {
        throw new Error("The picture is larger than its header says.");
      }
      if (picture.data.length !== picture.width * picture.height * 3) {
        throw new Error("The picture has too few samples.");
      }
      this.codec.release(picture);
      return ACCEPTED;
    } catch (error) {
      if (error instanceof DmlError && REFUSALS.includes(error.code)) return error.code;
      throw error;
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}
