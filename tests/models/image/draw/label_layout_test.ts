import fc from "fast-check";
import { intersectionOverUnion } from "../../../../models/image/geometry/geometry.ts";
import { placeLabels } from "../../../../models/image/draw/label_layout.ts";
import { assert, assertEquals } from "../../../assert.ts";

const picture = { width: 200, height: 100 };
const size = { width: 60, height: 10 };

Deno.test("placeLabels() puts a label above its box, and below where there is no room", () => {
  const boxes = [
    { x: 20, y: 30, width: 40, height: 40 },
    { x: 100, y: 5, width: 40, height: 40 },
  ];
  const places = placeLabels(boxes.map((box) => ({ size, box })), picture);
  assertEquals(places, [{ x: 20, y: 20, ...size }, { x: 100, y: 45, ...size }]);
});

Deno.test("placeLabels() keeps two labels apart where there is room", () => {
  const box = { x: 50, y: 40, width: 40, height: 30 };
  const [one, other, third] = placeLabels(
    [0, 5, 8].map((shift) => ({
      size,
      box: { ...box, x: box.x + shift },
    })),
    picture,
  );
  assertEquals(intersectionOverUnion(one, other), 0);
  assertEquals(intersectionOverUnion(one, third) + intersectionOverUnion(other, third), 0);
});

Deno.test("placeLabels() keeps every label inside the picture, as far as it fits", () => {
  const place = fc.integer({ min: -50, max: 250 });
  const length = fc.integer({ min: 1, max: 260 });
  const box = fc.record({ x: place, y: place, width: length, height: length });
  fc.assert(fc.property(fc.array(box, { maxLength: 12 }), fc.integer({ min: 5, max: 150 }), (boxes, width) => {
    const wanted = boxes.map((one) => ({ size: { width, height: 10 }, box: one }));
    for (const { x, y } of placeLabels(wanted, picture)) {
      assert(x >= 0 && x + width <= picture.width && y >= 0 && y + 10 <= picture.height);
    }
  }));
  const [wide] = placeLabels([{ size: { width: 900, height: 900 }, box: { x: 9, y: 9, ...size } }], picture);
  assertEquals([wide.x, wide.y], [0, 0]);
});
