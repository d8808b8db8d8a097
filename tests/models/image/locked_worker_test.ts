import { ASSET_NAMES, type AssetName } from "../../../models/assets.ts";
import { createImageCodec } from "../../../models/image/image_codec.ts";
import { assert, assertEquals } from "../../assert.ts";
import { imageAssets } from "./asset_source.ts";
import * as fixtures from "./fixtures.ts";
import { makeBmp } from "./bmp/bmp_writer.ts";
import { makeHeic } from "./heic/heic_writer.ts";
import { makeFlatJpeg } from "./jpeg/flat_jpeg.ts";
import { makeJxl } from "./jxl/jxl_writer.ts";
import type { LockedWork } from "./locked_worker.ts";
import { makePng } from "./png/png_writer.ts";

async function allAssets(): Promise<Map<AssetName, Uint8Array<ArrayBuffer>>> {
  const own = ASSET_NAMES.filter((name) => name !== "onnxruntime.wasm");
  return new Map(await Promise.all(own.map(async (name) => [name, await imageAssets(name)] as const)));
}

Deno.test("ImageCodec and Annotator work in a worker that has no permissions", async () => {
  const picture = fixtures.makePicture(160, 120);
  const samplesAt = (x: number, y: number) => fixtures.colourAt(x / 160, y / 120);
  const work: LockedWork = {
    assets: await allAssets(),
    pictures: [
      await fixtures.makeJpeg(picture),
      Uint8Array.from(makeFlatJpeg({ width: 160, height: 120, colourOf: () => [9, 9, 9, 9] })),
      await makePng({ width: 160, height: 120, colourType: 2, depth: 8, samplesAt }),
      await fixtures.makeWebp(picture),
      await fixtures.makeAvif(picture),
      makeHeic({ grid: [120, 100], quarters: 1 }),
      await makeJxl(picture),
      makeBmp({ width: 160, height: 120, depth: 24, pixelAt: () => 0xffeedd }),
    ],
    persons: [{
      box: { x: 40, y: 40, width: 40, height: 50 },
      score: 0.9,
      landmarks: [],
      name: "Zoë",
      similarity: 0.7,
    }],
  };
  const worker = new Worker(new URL("./locked_worker.ts", import.meta.url), {
    type: "module",
    deno: { permissions: "none" },
  });
  try {
    const answer = Promise.withResolvers<unknown>();
    worker.onmessage = ({ data }) => answer.resolve(data);
    worker.onerror = (event) => answer.reject(new Error(event.message));
    worker.postMessage(work);
    const encoded = await answer.promise;
    assert(Array.isArray(encoded), String(encoded));
    assertEquals(encoded.length, work.pictures.length);
    const codec = createImageCodec(imageAssets);
    for (const [index, bytes] of encoded.entries()) {
      const [{ width, height }, given] = [await codec.decode(bytes), await codec.decode(work.pictures[index])];
      assertEquals([width, height], [given.width, given.height]);
    }
  } finally {
    worker.terminate();
  }
});
