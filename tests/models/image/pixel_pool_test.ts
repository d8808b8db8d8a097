import { PixelPool } from "../../../models/image/pixel_pool.ts";
import { assert, assertEquals } from "../../assert.ts";

const pictureOf = (data: Uint8Array) => ({ width: data.length / 3, height: 1, data });

Deno.test("PixelPool.take() gives the memory that was given back, to one at a time", () => {
  const spare = new PixelPool();
  const first = spare.take(300);
  spare.release(pictureOf(first));
  const second = spare.take(30);
  assertEquals(second.length, 30);
  assert(second.buffer === first.buffer);
  assert(spare.take(30).buffer !== first.buffer);
});

Deno.test("PixelPool.take() keeps the largest, and frees what is not kept", () => {
  const spare = new PixelPool();
  const [small, large] = [spare.take(30), spare.take(300)];
  spare.release(pictureOf(small));
  spare.release(pictureOf(large));
  assertEquals(small.buffer.byteLength, 0);
  assert(spare.take(300).buffer === large.buffer);
  const huge = spare.take(40 * 1024 * 1024);
  spare.release(pictureOf(huge));
  assertEquals(huge.buffer.byteLength, 0);
});

Deno.test("PixelPool.release() lets alone what is a view of somebody's memory", () => {
  const spare = new PixelPool();
  const somebodys = new ArrayBuffer(600);
  spare.release(pictureOf(new Uint8Array(somebodys, 0, 300)));
  assertEquals(somebodys.byteLength, 600);
  assert(spare.take(300).buffer !== somebodys);
});

Deno.test("PixelPool.release() serves a part of its own again as a whole", () => {
  const spare = new PixelPool();
  const first = spare.take(300);
  spare.release(pictureOf(first));
  spare.release(pictureOf(spare.take(30)));
  assertEquals(spare.take(300).buffer === first.buffer, true);
});
