import { shrinkTo } from "../../../../models/image/resample/shrink.ts";
import { assert, assertEquals, assertStrictEquals } from "../../../assert.ts";
import { difference, makePicture } from "../fixtures.ts";

Deno.test("shrinkTo() keeps the shape and the colours, and leaves what is small enough", () => {
  for (const [width, height] of [[400, 300], [300, 400], [1, 400], [401, 1]]) {
    const picture = makePicture(width, height);
    const small = shrinkTo(picture, 100);
    const expected = [width, height].map((side) => Math.max(1, Math.round(side * 100 / Math.max(width, height))));
    assertEquals([small.width, small.height], expected);
    if (Math.min(width, height) > 1) assert(difference(small, makePicture(small.width, small.height)) <= 4);
    assertStrictEquals(shrinkTo(picture, Math.max(width, height)), picture);
  }
});
