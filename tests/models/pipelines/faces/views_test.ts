import fc from "fast-check";
import { type Box, type Size } from "../../../../models/image/geometry/geometry.ts";
import {
  coarseView,
  covering,
  fineView,
  isCut,
  regionOf,
  tilesOf,
  viewsOfAll,
  windowsOver,
} from "../../../../models/pipelines/faces/views.ts";
import { assert, assertAlmostEquals, assertEquals } from "../../../assert.ts";

const side = fc.integer({ min: 1, max: 8_000 });
const size: fc.Arbitrary<Size> = fc.record({ width: side, height: side });

function isWithin(box: Box, region: Box): boolean {
  const tolerance = 1e-6;
  return box.x >= region.x - tolerance && box.y >= region.y - tolerance &&
    box.x + box.width <= region.x + region.width + tolerance &&
    box.y + box.height <= region.y + region.height + tolerance;
}

Deno.test("tilesOf() covers the picture with tiles of at most 2:1 that overlap by half of the shorter side", () => {
  fc.assert(fc.property(size, (picture) => {
    const tiles = tilesOf(picture, { sideRatioMax: 2, countMax: 100_000 });
    const short = Math.min(picture.width, picture.height);
    const isWide = picture.width >= picture.height;
    assertEquals(tiles.length === 1, Math.max(picture.width, picture.height) <= 2 * short);
    let end = isWide ? tiles[0].x : tiles[0].y;
    assertEquals(end, 0);
    for (const [at, tile] of tiles.entries()) {
      assert(isWithin(tile, { x: 0, y: 0, ...picture }));
      const [start, long, across] = isWide ? [tile.x, tile.width, tile.height] : [tile.y, tile.height, tile.width];
      assertEquals(across, short);
      assert(long <= 2 * short + 1e-6);
      if (at > 0) assertAlmostEquals(end - start, short / 2, 1e-6);
      end = start + long;
    }
    assertAlmostEquals(end, Math.max(picture.width, picture.height), 1e-6);
  }));
});

Deno.test("tilesOf() makes no more tiles than it may, however long the picture is", () => {
  const tiles = tilesOf({ width: 30_000, height: 1 }, { sideRatioMax: 2, countMax: 32 });
  assertEquals(tiles.length, 32);
  assertAlmostEquals(tiles[31].x + tiles[31].width, 30_000, 1e-6);
});

Deno.test("fineView() shows a whole tile in an input of steps of 64, its longer side as asked", () => {
  fc.assert(fc.property(size, (picture) => {
    for (const tile of tilesOf(picture, { sideRatioMax: 2, countMax: 32 })) {
      const view = fineView(tile, 640);
      const { width, height } = view.input;
      assertEquals([width % 64, height % 64, Math.max(width, height)], [0, 0, 640]);
      assert(isWithin(tile, regionOf(view, picture)));
    }
  }));
});

Deno.test("coarseView() and fineView() have the scales that they fit at", () => {
  const tile = { x: 300, y: 0, width: 1_920, height: 1_280 };
  const input = { width: 320, height: 240 };
  assertAlmostEquals(coarseView(tile, input).fit.scale, 1 / 6, 1e-9);
  const fine = fineView(tile, 640);
  assertEquals(fine.input, { width: 640, height: 448 });
  assertAlmostEquals(fine.fit.scale, 1 / 3, 1e-9);
  assertAlmostEquals(fine.fit.offsetX, -100, 1e-9);
  assertAlmostEquals(fine.fit.offsetY, (448 - 1_280 / 3) / 2, 1e-9);
});

Deno.test("windowsOver() shows every small box of the picture with its surroundings, and covering() finds the window", () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const scale = fc.double({ min: 0.05, max: 2, noNaN: true });
  fc.assert(fc.property(size, scale, share, share, (picture, scale, x, y) => {
    const input = { width: 640, height: 320 };
    // No small face of the view before is higher than 24 pixels of it.
    const long = Math.min(48 / scale, picture.width, picture.height);
    const box = { x: x * (picture.width - long), y: y * (picture.height - long), width: long, height: long };
    const windows = windowsOver(picture, { input, scale });
    fc.pre(windows.length < 500);
    const [window, ...more] = covering([box], { views: windows, picture });
    assertEquals(more, []);
    assert(window !== undefined && isWithin(box, regionOf(window, picture)));
  }));
});

Deno.test("viewsOfAll() shows every small box whole, in so many views of at most this size", () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(fc.property(size, fc.integer({ min: 1, max: 64 }), share, share, (picture, countMax, x, y) => {
    const options = { inputSideMax: 1_024, scaleMax: 1.5, overlap: 64, countMax };
    const views = viewsOfAll(picture, options);
    assert(views.length <= countMax);
    const [{ input, fit: { scale } }] = views;
    assert(scale <= 1.5 && Math.max(input.width, input.height) <= 1_024);
    const side = Math.min(62 / scale, picture.width, picture.height);
    const box = { x: x * (picture.width - side), y: y * (picture.height - side), width: side, height: side };
    assert(views.some((view) => isWithin(box, regionOf(view, picture))));
  }));
});

Deno.test("covering() takes few views, those with the most boxes first", () => {
  const picture = { width: 2_000, height: 500 };
  const views = windowsOver(picture, { input: { width: 640, height: 640 }, scale: 1 });
  const at = (x: number): Box => ({ x, y: 200, width: 20, height: 20 });
  const taken = covering([at(100), at(1_800), at(1_820), at(1_850)], { views, picture });
  assertEquals(taken, [views[views.length - 1], views[0]]);
  assertEquals(covering([], { views, picture }), []);
});

Deno.test("isCut() is true at the border of a view only where the picture goes on", () => {
  const picture = { width: 1_000, height: 1_000 };
  const view = { input: { width: 640, height: 640 }, fit: { scale: 1, offsetX: 0, offsetY: -100 } };
  const box = { x: 300, y: 300, width: 50, height: 50 };
  assertEquals(isCut(box, { view, picture }), false);
  assertEquals(isCut({ ...box, x: -5 }, { view, picture }), false);
  assertEquals(isCut({ ...box, y: 101 }, { view, picture }), true);
  assertEquals(isCut({ ...box, x: 589 }, { view, picture }), true);
  assertEquals(isCut({ ...box, y: 700 }, { view, picture }), true);
});
