import fc from "fast-check";
import { fromFrame, placed, placedBox } from "../../../../models/image/geometry/placement.ts";
import { intoFrame } from "../into_frame.ts";
import type { Resize } from "../../../../models/manifest/picture_input.ts";
import { assert, assertAlmostEquals, assertEquals } from "../../../assert.ts";

const side = fc.integer({ min: 1, max: 5_000 });
const size = fc.record({ width: side, height: side });
const frame = fc.record({ width: fc.integer({ min: 1, max: 1_024 }), height: fc.integer({ min: 1, max: 1_024 }) });
const colour = [0, 0, 0];
const resize = fc.constantFrom<Resize>(
  { mode: "letterbox", colour, place: "centre" },
  { mode: "letterbox", colour, place: "top_left" },
  { mode: "stretch" },
  { mode: "crop", share: 1 },
  { mode: "crop", share: 0.875 },
);

Deno.test("fromFrame() is the inverse of intoFrame(), however a picture was placed", () => {
  const fraction = fc.double({ min: -1, max: 2, noNaN: true });
  fc.assert(fc.property(size, frame, resize, fraction, fraction, (picture, frame, resize, u, v) => {
    const placement = placed(picture, { frame, resize });
    const point = { x: u * picture.width, y: v * picture.height };
    const back = fromFrame(intoFrame(point, placement), placement);
    assertAlmostEquals(back.x, point.x, 1e-6 * Math.max(1, picture.width));
    assertAlmostEquals(back.y, point.y, 1e-6 * Math.max(1, picture.height));
  }));
});

Deno.test("placed() puts the corners of a letterboxed picture at whole pixels inside the frame, as large as it goes", () => {
  fc.assert(fc.property(size, frame, fc.boolean(), (picture, frame, isCentred) => {
    const place = isCentred ? "centre" : "top_left";
    const placement = placed(picture, { frame, resize: { mode: "letterbox", colour, place } });
    const start = intoFrame({ x: 0, y: 0 }, placement);
    const end = intoFrame({ x: picture.width, y: picture.height }, placement);
    for (const at of [start.x, start.y, end.x, end.y]) assertAlmostEquals(at, Math.round(at), 1e-6);
    assert(start.x >= 0 && start.y >= 0 && end.x <= frame.width + 1e-6 && end.y <= frame.height + 1e-6);
    assert(Math.abs(end.x - start.x - frame.width) < 1e-6 || Math.abs(end.y - start.y - frame.height) < 1e-6);
    if (!isCentred) assertEquals(start, { x: 0, y: 0 });
    else assert(Math.abs(start.x - (frame.width - end.x)) <= 1 + 1e-6);
  }));
});

Deno.test("placed() letterboxes as the common detectors' own programs do", () => {
  const resize: Resize = { mode: "letterbox", colour, place: "centre" };
  const wide = placed({ width: 1_920, height: 1_280 }, { frame: { width: 640, height: 640 }, resize });
  assertEquals([wide.offsetX, wide.offsetY], [0, 106]);
  assertAlmostEquals(wide.scaleX, 1 / 3);
  assertAlmostEquals(wide.scaleY, 427 / 1_280);
});

Deno.test("placed() fills the frame when it stretches or crops, and a crop keeps the middle", () => {
  fc.assert(fc.property(size, frame, (picture, frame) => {
    const stretched = placed(picture, { frame, resize: { mode: "stretch" } });
    const end = intoFrame({ x: picture.width, y: picture.height }, stretched);
    assertAlmostEquals(end.x, frame.width, 1e-6);
    assertAlmostEquals(end.y, frame.height, 1e-6);
    const cropped = placed(picture, { frame, resize: { mode: "crop", share: 0.875 } });
    assertEquals(cropped.scaleX, cropped.scaleY);
    const middle = intoFrame({ x: picture.width / 2, y: picture.height / 2 }, cropped);
    assertAlmostEquals(middle.x, frame.width / 2, 1e-6 * 5_000);
    const start = intoFrame({ x: 0, y: 0 }, cropped);
    assert(start.x <= 1e-6 && start.y <= 1e-6);
  }));
});

Deno.test("placed() crops 224 of 256 as image classifiers are measured", () => {
  const resize: Resize = { mode: "crop", share: 0.875 };
  const { scaleX, offsetX, offsetY } = placed({ width: 512, height: 256 }, {
    frame: { width: 224, height: 224 },
    resize,
  });
  assertEquals([scaleX, offsetX, offsetY], [1, -144, -16]);
});

Deno.test("placedBox() lets the box fill the frame", () => {
  const placement = placedBox({ x: 30, y: 10, width: 50, height: 20 }, { width: 100, height: 100 });
  assertEquals(intoFrame({ x: 30, y: 10 }, placement), { x: 0, y: 0 });
  assertEquals(intoFrame({ x: 80, y: 30 }, placement), { x: 100, y: 100 });
});
