/** The six sample photos, with 22 faces in all, as JPEG files. */
import sample1 from "sample-photos/demo/sample1.jpg" with { type: "bytes" };
import sample2 from "sample-photos/demo/sample2.jpg" with { type: "bytes" };
import sample3 from "sample-photos/demo/sample3.jpg" with { type: "bytes" };
import sample4 from "sample-photos/demo/sample4.jpg" with { type: "bytes" };
import sample5 from "sample-photos/demo/sample5.jpg" with { type: "bytes" };
import sample6 from "sample-photos/demo/sample6.jpg" with { type: "bytes" };
import { createImageCodec } from "../../../models/image/image_codec.ts";
import type { Picture } from "../../../models/image/picture.ts";
import { imageAssets } from "../image/asset_source.ts";

/** Returns the six sample photos decoded. */
export async function samplePhotos(): Promise<Picture[]> {
  const codec = createImageCodec(imageAssets);
  const photos: Picture[] = [];
  for (const bytes of [sample1, sample2, sample3, sample4, sample5, sample6]) photos.push(await codec.decode(bytes));
  return photos;
}
