/**
 * The faces pipeline on pictures that are made of photos: panoramas, crowds, faces within faces;
 * real model files, real engine.
 */
import { FACES } from "../../../../models/catalog/faces.ts";
import { intersectionOverUnion, type Size } from "../../../../models/image/geometry/geometry.ts";
import type { Picture } from "../../../../models/image/picture.ts";
import { shrinkRows } from "../../../../models/image/resample/area_filter.ts";
import { enlargeRows } from "../../../../models/image/resample/bilinear_filter.ts";
import { createPipeline } from "../../../../models/pipelines/create_pipeline.ts";
import type { ModelSession } from "../../../../models/tensor.ts";
import { createModelSession } from "../../../../node/engine/onnx_session.ts";
import {
  faceGrid,
  knownPhotos,
  type KnownPicture,
  panorama,
  scatteredFaces,
} from "../../../../tools/bench/finding/known_pictures.ts";
import { assert, assertEquals } from "../../../assert.ts";
import { croppedPicture } from "../altered_pictures.ts";
import { samplePhotos } from "../sample_photos.ts";
import "../../../node/engine/started_onnx.ts";

/** Large enough for faces of 46 pixels, which can still be named, to be lost in it. */
const LARGE = { width: 4_000, height: 3_000 };

const photos = await samplePhotos();
const sessions: Record<string, ModelSession> = {};
for (const { role } of FACES.manifest.files) sessions[role] = await createModelSession(await FACES.loadFile(role));
const pipeline = createPipeline(FACES.manifest, sessions, { nowMs: () => 0 });

/** Numbers of the faces that are found and of the persons that are none of them. */
async function foundIn(
  { picture, boxes }: KnownPicture,
  { smallFaces = false } = {},
): Promise<{ found: number; others: number }> {
  const { persons } = await pipeline.recognise(picture, { embeddings: false, smallFaces });
  const left = new Set(persons);
  for (const box of boxes) {
    const best = [...left].sort((one, other) =>
      intersectionOverUnion(other.box, box) - intersectionOverUnion(one.box, box)
    ).at(0);
    if (best !== undefined && intersectionOverUnion(best.box, box) > 0.4) left.delete(best);
  }
  return { found: persons.length - left.size, others: left.size };
}

function shrunk(picture: Picture, { width, height }: Size): Picture {
  const data = new Uint8Array(width * height * 3);
  const fit = { scaleX: width / picture.width, scaleY: height / picture.height, offsetX: 0, offsetY: 0 };
  shrinkRows(picture, { frame: { width, height }, fit }, (row, y) => data.set(row.map(Math.round), y * width * 3));
  return { width, height, data };
}

/** The picture at this size, by linear interpolation. */
function enlarged(picture: Picture, { width, height }: Size): Picture {
  const data = new Uint8Array(width * height * 3);
  const fit = { scaleX: width / picture.width, scaleY: height / picture.height, offsetX: 0, offsetY: 0 };
  enlargeRows(picture, { frame: { width, height }, fit }, (row, y) => data.set(row.map(Math.round), y * width * 3));
  return { width, height, data };
}

Deno.test("recognise() finds all 22 faces of six photos side by side, and one above the other", async () => {
  const tile = { width: 1_600, height: 1_067 };
  for (const direction of ["across", "down"] as const) {
    assertEquals(await foundIn(panorama(photos, { tile, direction })), { found: 22, others: 0 }, direction);
  }
});

Deno.test("recognise() finds all 192 faces of a crowd", async () => {
  assertEquals((await foundIn(faceGrid(photos, { columns: 16, rows: 12, size: LARGE }))).found, 192);
});

Deno.test("recognise() finds faces of 46 pixels that are scattered over 12 megapixels", async () => {
  const { found, others } = await foundIn(scatteredFaces(photos, { columns: 6, rows: 4, size: LARGE, faceHeight: 46 }));
  assert(found >= 23, `${found} of 24`);
  assertEquals(others, 0);
});

Deno.test("recognise() finds a single face of 24 pixels that leaves no trace, if small faces are asked for", async () => {
  const size = { width: 2_400, height: 1_800 };
  const lonely = scatteredFaces(photos, { columns: 1, rows: 1, size, faceHeight: 24 });
  assertEquals(await foundIn(lonely), { found: 0, others: 0 });
  assertEquals(await foundIn(lonely, { smallFaces: true }), { found: 1, others: 0 });
});

Deno.test("recognise() finds a small face in front of a large one", async () => {
  const { picture: photo, boxes: [, , large] } = knownPhotos(photos)[1];
  const { picture: other, boxes: [, , , face] } = knownPhotos(photos)[4];
  const view = { x: large.x - 200, y: 0, width: 600, height: 560 };
  const closeUp = croppedPicture(photo, view);
  const square = { x: face.x - 55, y: face.y - 20, width: face.height + 40, height: face.height + 40 };
  const side = 88;
  const small = shrunk(croppedPicture(other, square), { width: side, height: side });
  const [left, top] = [large.x - view.x + 10, large.y - view.y + large.height - side];
  for (let y = 0; y < side; y++) {
    closeUp.data.set(small.data.subarray(y * side * 3, (y + 1) * side * 3), ((top + y) * closeUp.width + left) * 3);
  }
  const { persons } = await pipeline.recognise(closeUp, { embeddings: false });
  const inFront = persons.filter(({ box }) => box.x >= left && box.x + box.width <= left + side && box.y >= top);
  assertEquals(
    [persons.length, inFront.length],
    [2, 1],
    JSON.stringify(persons.map(({ box, score }) => ({ box, score }))),
  );
});

Deno.test("recognise() takes an eye for a part of the face around it, close up", async () => {
  const face = enlarged(croppedPicture(photos[0], { x: 413, y: 383, width: 187, height: 161 }), {
    width: 150,
    height: 150,
  });
  const { persons } = await pipeline.recognise(face, { embeddings: false });
  assertEquals(persons.length, 1, JSON.stringify(persons.map(({ box, score }) => ({ box, score }))));
});
