import type { Picture } from "../../../models/image/picture.ts";
import { variantOf, VARIANTS } from "../../../tools/doubt/variants.ts";
import { assert, assertEquals } from "../../assert.ts";

const BOX = { x: 20, y: 10, width: 60, height: 64 };
const LANDMARKS = [{ x: 40, y: 30 }, { x: 60, y: 30 }, { x: 50, y: 44 }, { x: 42, y: 60 }, { x: 58, y: 60 }];

/** A picture whose left half is black and whose right half is white. */
function picture(): Picture {
  const [width, height] = [100, 80];
  const data = new Uint8Array(width * height * 3);
  for (let at = 0; at < data.length; at++) data[at] = Math.floor(at / 3) % width < 50 ? 0 : 200;
  return { width, height, data };
}

function redAt({ width, data }: Picture, x: number, y: number): number {
  return data[(y * width + x) * 3];
}

Deno.test("variantOf() changes no original, and gives the box of the same face", () => {
  for (const variant of VARIANTS) {
    const original = picture();
    const varied = variantOf(original, { box: BOX, landmarks: LANDMARKS, variant });
    assertEquals(original.data, picture().data);
    assertEquals(varied.box, variant === "small" ? { x: 10, y: 5, width: 30, height: 32 } : BOX);
    assertEquals(varied.heightInLook, variant === "small" ? 32 : undefined);
  }
});

Deno.test("variantOf() darkens, blurs, covers the mouth, and shrinks", () => {
  const varied = (variant: "dark" | "blurred" | "masked" | "small") =>
    variantOf(picture(), { box: BOX, landmarks: LANDMARKS, variant }).picture;
  assertEquals([redAt(varied("dark"), 10, 0), redAt(varied("dark"), 90, 0)], [0, 44]);
  const edge = redAt(varied("blurred"), 50, 40);
  assert(edge > 20 && edge < 180, `${edge}`);
  assertEquals(redAt(varied("blurred"), 5, 5), 0);
  const masked = varied("masked");
  assertEquals([redAt(masked, 45, 30), redAt(masked, 55, 30)], [0, 200], "the eyes stay");
  assertEquals(redAt(masked, 45, 60), redAt(masked, 55, 60), "the mouth is covered");
  assertEquals([varied("small").width, varied("small").height], [50, 40]);
});
