import { assert, assertAlmostEquals, assertEquals } from "../../../assert.ts";
import { ALIGNED } from "../../../../models/pipelines/faces/align.ts";
import { QualityMeter } from "../../../../models/pipelines/faces/quality.ts";

const { side, mean, scale } = ALIGNED;
const EYES = [{ x: 10, y: 20 }, { x: 40, y: 60 }];

/** Returns an aligned face with these grey levels, normalised as the embedder's input. */
function aligned(greyAt: (x: number, y: number) => number): Float32Array {
  const plane = side * side;
  return Float32Array.from({ length: 3 * plane }, (_, at) => {
    const pixel = at % plane;
    return (greyAt(pixel % side, Math.floor(pixel / side)) - mean) * scale;
  });
}

Deno.test("QualityMeter.measure() returns the distance of the eyes in pixels of the picture", () => {
  assertEquals(new QualityMeter().measure(aligned(() => 100), EYES).eyeDistance, 50);
});

Deno.test("QualityMeter.measure() gives sharpness 0 to an even face and to a linear gradient", () => {
  const meter = new QualityMeter();
  for (const greyAt of [() => 80, (x: number, y: number) => x + y / 2]) {
    assertAlmostEquals(meter.measure(aligned(greyAt), EYES).sharpness, 0, 1e-3);
  }
});

Deno.test("QualityMeter.measure() returns the variance of the Laplacian as sharpness", () => {
  // On a chessboard of 100 and 110 the Laplacian alternates between 40 and -40.
  const { sharpness } = new QualityMeter().measure(aligned((x, y) => 100 + 10 * ((x + y) % 2)), EYES);
  assertAlmostEquals(sharpness, 1_600, 0.5);
});

Deno.test("QualityMeter.measure() gives a face less sharpness the more it is blurred, whatever was measured before", () => {
  const meter = new QualityMeter();
  const of = (blur: number) =>
    meter.measure(aligned((x, y) => 120 + 60 * Math.sin(x / blur) * Math.sin(y / blur)), EYES);
  const [sharp, soft, softer] = [1, 2, 4].map((blur) => of(blur).sharpness);
  assert(sharp > 2 * soft && soft > 2 * softer, `${sharp} ${soft} ${softer}`);
  assertEquals(of(1).sharpness, sharp);
});
