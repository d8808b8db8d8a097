import { SparePixels } from "../../../models/image/pixel_pool.ts";
import { assert, assertEquals } from "../../assert.ts";

const pictureOf = (data: Uint8Array) => ({ width: data.length / 3, height: 1, data });

Deno.test("SparePixels.take() gives the memory that was given back, to one at a time", () => {
  const spare = new SparePixels();
  const first = spare.take(300);
  spare.giveBack(pictureOf(first));
  const second = spare.take(30);
  assertEquals(second.length, 30);
  assert(second.buffer === first.buffer);
  assert(spare.take(30).buffer !== first.buffer);
});

Deno.test("SparePixels.take() keeps the largest, and frees what is not kept", () => {
  const spare = new SparePixels();
  const [small, large] = [spare.take(30), spare.take(300)];
  spare.giveBack(pictureOf(small));
  spare.giveBack(pictureOf(large));
  assertEquals(small.buffer.byteLength, 0);
  assert(spare.take(300).buffer === large.buffer);
  const huge = spare.take(40 * 1024 * 1024);
  spare.giveBack(pictureOf(huge));
  assertEquals(huge.buffer.byteLength, 0);
});

Deno.test("SparePixels.giveBack() lets alone what is a view of somebody's memory", () => {
  const spare = new SparePixels();
  const somebodys = new ArrayBuffer(600);
  spare.giveBack(pictureOf(new Uint8Array(somebodys, 0, 300)));
  assertEquals(somebodys.byteLength, 600);
  assert(spare.take(300).buffer !== somebodys);
});

Deno.test("SparePixels.giveBack() serves a part of its own again as a whole", () => {
  const spare = new SparePixels();
  const first = spare.take(300);
  spare.giveBack(pictureOf(first));
  spare.giveBack(pictureOf(spare.take(30)));
  assertEquals(spare.take(300).buffer === first.buffer, true);
});
