import { PictureTensor } from "../../../../models/image/resample/picture_tensor.ts";
import { placedBox } from "../../../../models/image/geometry/placement.ts";
import type { Picture } from "../../../../models/image/picture.ts";
import { type PictureInput, pictureInputSchema } from "../../../../models/manifest/picture_input.ts";
import { assert, assertEquals, assertStrictEquals } from "../../../assert.ts";

const PLAIN: PictureInput = {
  tensor: "x",
  width: 4,
  height: 4,
  layout: "NCHW",
  channels: "RGB",
  type: "float32",
  resize: { mode: "stretch" },
  scale: 1,
  mean: [0],
  std: [1],
};

function input(fields: Partial<PictureInput>): PictureInput {
  return pictureInputSchema.parse({ ...PLAIN, ...fields });
}

/** A picture whose pixel at (x, y) is `at(x, y)`. */
function picture(width: number, height: number, at: (x: number, y: number) => readonly number[]): Picture {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) data.set(at(x, y), (y * width + x) * 3);
  return { width, height, data };
}

function filled(fields: Partial<PictureInput>, of: Picture): number[] {
  const tensor = new PictureTensor(input(fields));
  tensor.fill(of);
  return Array.from(tensor.tensor.data, Number);
}

const QUARTERS = picture(2, 2, (x, y) => [10 + x, 20 + y, 30 + x + y]);

Deno.test("PictureTensor.fill() puts channels first or last, in either order", () => {
  const same = { width: 2, height: 2 };
  assertEquals(filled(same, QUARTERS), [10, 11, 10, 11, 20, 20, 21, 21, 30, 31, 31, 32]);
  assertEquals(filled({ ...same, channels: "BGR" }, QUARTERS), [30, 31, 31, 32, 20, 20, 21, 21, 10, 11, 10, 11]);
  assertEquals(filled({ ...same, layout: "NHWC" }, QUARTERS), [10, 20, 30, 11, 20, 31, 10, 21, 31, 11, 21, 32]);
  const last = filled({ ...same, layout: "NHWC", channels: "BGR" }, QUARTERS);
  assertEquals(last, [30, 20, 10, 31, 20, 11, 31, 21, 10, 32, 21, 11]);
});

Deno.test("PictureTensor declares the dims of its layout", () => {
  const dims = (fields: Partial<PictureInput>) =>
    new PictureTensor(input({ width: 5, height: 3, ...fields })).tensor.dims;
  assertEquals(dims({}), [1, 3, 3, 5]);
  assertEquals(dims({ layout: "NHWC" }), [1, 3, 5, 3]);
  assertEquals(dims({ channels: "grey" }), [1, 1, 3, 5]);
  assertEquals(dims({ channels: "grey", layout: "NHWC" }), [1, 3, 5, 1]);
});

Deno.test("PictureTensor.fill() makes grey as television does", () => {
  const grey = filled({ width: 1, height: 1, channels: "grey" }, picture(1, 1, () => [100, 200, 50]));
  assert(Math.abs(grey[0] - (0.299 * 100 + 0.587 * 200 + 0.114 * 50)) < 1e-4);
});

Deno.test("PictureTensor.fill() scales, then takes the mean off, then divides, each channel by its own", () => {
  const values = filled(
    { width: 1, height: 1, scale: 0.5, mean: [5, 10, 15], std: [2, 4, 8] },
    picture(1, 1, () => [30, 100, 250]),
  );
  assertEquals(values, [(15 - 5) / 2, (50 - 10) / 4, (125 - 15) / 8]);
  const reversed = filled(
    { width: 1, height: 1, channels: "BGR", mean: [5, 10, 15] },
    picture(1, 1, () => [30, 100, 250]),
  );
  assertEquals(reversed, [245, 90, 15]);
});

Deno.test("PictureTensor.fill() gives bytes as they are, rounded", () => {
  const bytes = new PictureTensor(input({ type: "uint8", width: 1, height: 1 }));
  bytes.fill(picture(2, 1, (x) => x === 0 ? [0, 255, 3] : [1, 255, 6]));
  assertEquals(bytes.tensor.data, Uint8Array.of(1, 255, 5));
  assertEquals(bytes.tensor.type, "uint8");
});

Deno.test("PictureTensor.fill() paints a letterbox in its colour, sharply, in the middle or beside and below", () => {
  const resize = { mode: "letterbox", colour: [100, 110, 120] } as const;
  const wide = picture(8, 4, () => [9, 8, 7]);
  const [bar, content] = [[100, 100, 100, 100], [9, 9, 9, 9]];
  const centre = filled({ resize: { ...resize, colour: [...resize.colour], place: "centre" } }, wide);
  assertEquals(centre.slice(0, 16), [...bar, ...content, ...content, ...bar]);
  assertEquals(centre.slice(32, 36), [120, 120, 120, 120]);
  const corner = filled({ resize: { ...resize, colour: [...resize.colour], place: "top_left" } }, wide);
  assertEquals(corner.slice(0, 16), [...content, ...content, ...bar, ...bar]);
  const last = filled({ layout: "NHWC", resize: { ...resize, colour: [...resize.colour], place: "top_left" } }, wide);
  assertEquals([last.slice(0, 3), last.slice(45)], [[9, 8, 7], [100, 110, 120]]);
  const tall = filled(
    { resize: { ...resize, colour: [...resize.colour], place: "centre" } },
    picture(2, 4, () => [9, 8, 7]),
  );
  assertEquals(tall.slice(0, 4), [100, 9, 9, 100]);
});

Deno.test("PictureTensor.fill() leaves no letterbox of the picture before", () => {
  const tensor = new PictureTensor(input({ resize: { mode: "letterbox", colour: [1, 1, 1], place: "centre" } }));
  tensor.fill(picture(4, 4, () => [200, 200, 200]));
  tensor.fill(picture(4, 2, () => [50, 50, 50]));
  assertEquals([...tensor.tensor.data].slice(0, 8), [1, 1, 1, 1, 50, 50, 50, 50]);
});

Deno.test("PictureTensor.fill() crops the middle, and stretches along each side by itself", () => {
  const columns = picture(16, 4, (x) => [x * 10, 0, 0]);
  assertEquals(filled({ resize: { mode: "crop", share: 1 } }, columns).slice(0, 4), [60, 70, 80, 90]);
  assertEquals(filled({ resize: { mode: "stretch" } }, columns).slice(0, 4), [15, 55, 95, 135]);
  const tall = picture(2, 8, (x, y) => [x * 100, y, 0]);
  const stretched = filled({ resize: { mode: "stretch" } }, tall);
  assertEquals(stretched.slice(16, 20), [0.5, 0.5, 0.5, 0.5]);
  assertEquals(stretched.slice(28, 32), [6.5, 6.5, 6.5, 6.5]);
});

Deno.test("PictureTensor.fill() looks at a part of the picture where it is told to", () => {
  const tensor = new PictureTensor(input({ width: 2, height: 2 }));
  tensor.fill(
    picture(10, 10, (x, y) => [x, y, 0]),
    placedBox({ x: 4, y: 6, width: 2, height: 2 }, { width: 2, height: 2 }),
  );
  assertEquals([...tensor.tensor.data].slice(0, 8), [4, 5, 4, 5, 6, 6, 7, 7]);
});

Deno.test("PictureTensor has one buffer for all pictures, or the one it was given", () => {
  const data = new Float32Array(48);
  const tensor = new PictureTensor(input({}), data);
  tensor.fill(QUARTERS);
  assertStrictEquals(tensor.tensor.data, data);
  assert(data[0] > 0);
});
