import sample1 from "sample-photos/demo/sample1.jpg" with { type: "bytes" };
import sample4 from "sample-photos/demo/sample4.jpg" with { type: "bytes" };
import { makeJpeg, makePicture } from "../../fixtures.ts";
import { makeCoefficientJpeg } from "./coefficient_jpeg.ts";

/** A picture with detail of every size. */
function makeDetailed(width: number, height: number) {
  const { data } = makePicture(width, height);
  return { width, height, data: data.map((sample, at) => sample + (Math.imul(at + 1, 0x9e3779b1) >>> 26)) };
}

const picture = makeDetailed(173, 91);

/** JPEGs of every kind that is decoded at a reduced size, and one of extreme contrast. */
export const REDUCED_FILES: Readonly<Record<string, Uint8Array>> = {
  "photo 1": sample1,
  "photo 4": sample4,
  grey: await makeJpeg(picture, { grey: true }),
  "4:4:4": await makeJpeg(picture, { sampling: "4:4:4", quality: 85 }),
  "4:2:2": await makeJpeg(picture, { sampling: "4:2:2" }),
  "4:2:0": await makeJpeg(picture, { sampling: "4:2:0" }),
  extreme: makeCoefficientJpeg({
    width: 133,
    height: 77,
    factors: [[2, 2], [1, 1], [1, 1]],
    steps: Array.from({ length: 64 }, (_, index) => 1 + index % 7),
    blockOf: (component, index) =>
      Array.from({ length: 64 }, (_, at) => ((index + 3) * (at + 5) * (component + 7)) % 91 - 45),
    restartInterval: 4,
  }),
};
