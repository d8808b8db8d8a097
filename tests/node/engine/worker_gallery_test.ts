/**
 * Tests that the real worker compares faces on real photos with those of a gallery, and cuts them
 * out.
 */
import sample1 from "sample-photos/demo/sample1.jpg" with { type: "bytes" };
import sample3 from "sample-photos/demo/sample3.jpg" with { type: "bytes" };
import { faceFiles } from "../../../tools/face_model_files.ts";
import { assert, assertAlmostEquals, assertEquals } from "../../assert.ts";
import { FACES } from "../../../models/catalog/faces.ts";
import type { GalleryPerson } from "../../../models/gallery/gallery_bucket.ts";
import { GalleryMatrix } from "../../../models/gallery/gallery_matrix.ts";
import type { GalleryView } from "../../../models/gallery/gallery_view.ts";
import { readImageHeader } from "../../../models/image/format.ts";
import { turnedPicture } from "../../../models/image/geometry/quarter_turn.ts";
import { createImageCodec } from "../../../models/image/image_codec.ts";
import { encodeManifest } from "../../../models/manifest.ts";
import { assetFiles } from "../../../node/engine/asset_files.ts";
import type { Engine } from "../../../node/engine/engine.ts";
import { createWorkerPool } from "../../../node/engine/worker_pool.ts";
import { MemoryBlobStore } from "../../../protocol/blob/memory_blob_store.ts";
import type { Digest } from "../../../protocol/kernel/digest.ts";
import { SYSTEM_CLOCK } from "../../../protocol/kernel/clock.ts";
import { SILENT_LOG } from "../../../protocol/kernel/log.ts";
import { type Person, predictionSchema } from "../../../protocol/messages/prediction.ts";
import { putGallery, somebody } from "../../models/gallery/built_gallery.ts";
import { imageAssets } from "../../models/image/asset_source.ts";
import { digest } from "../instructions.ts";

const FACES_DIGEST = encodeManifest(FACES.manifest).digest;
const EMBEDDER = FACES.manifest.files.find(({ role }) => role === "embed")!.digest;
const OPTIONS = { annotate: false, embeddings: false, gallery: "staff", crops: false, deadlineMs: 60_000 };

async function viewOf(people: readonly GalleryPerson[], embedder: Digest = EMBEDDER): Promise<GalleryView> {
  const store = new MemoryBlobStore();
  const parts = { gallery: "staff", version: 3, embedder, people, dimensions: 512 };
  const { index } = await putGallery(store, parts);
  return await new GalleryMatrix(index).update(index, (bucket) => store.read(bucket));
}

/** Returns the persons from left to right. */
function inOrder(persons: readonly Person[]): Person[] {
  return persons.toSorted((one, other) => one.box.x - other.box.x);
}

async function withFaces(use: (pool: Engine) => Promise<void>): Promise<void> {
  const pool = createWorkerPool({ workers: 1, assets: assetFiles, clock: SYSTEM_CLOCK, log: SILENT_LOG });
  try {
    await pool.load(FACES_DIGEST, FACES.manifest, faceFiles);
    await use(pool);
  } finally {
    await pool.close();
  }
}

Deno.test("the worker and a gallery", (test) =>
  withFaces(async (pool) => {
    const first = await pool.run(FACES_DIGEST, sample1.slice(), { ...OPTIONS, embeddings: true });
    const enrolled = Float32Array.from(inOrder(first.prediction.persons)[2].embedding!);
    const people = [somebody("rosa", enrolled)];

    await test.step("without people it measures nothing that was not requested", async () => {
      const { prediction } = await pool.run(FACES_DIGEST, sample3.slice(), OPTIONS);
      assertEquals(prediction.gallery, undefined);
      assert(
        prediction.persons.every(({ recognition, quality }) => recognition === undefined && quality === undefined),
      );
    });

    await test.step("it recognises the woman of one photo on another, and nobody else", async () => {
      await pool.setGallery("staff", await viewOf(people));
      const { prediction } = await pool.run(FACES_DIGEST, sample3.slice(), OPTIONS);
      assertEquals(predictionSchema.parse(prediction), prediction);
      assertEquals(prediction.gallery, { name: "staff", version: 3 });
      const persons = inOrder(prediction.persons);
      assertEquals(persons.map(({ name }) => name), [null, "Rosa", null]);
      assertEquals(persons.map(({ recognition }) => recognition), ["unknown", "known", "unknown"]);
      assertAlmostEquals(persons[1].similarity!, 0.62, 0.03);
      assert(persons.every(({ quality, embedding }) => quality!.eyeDistance > 40 && embedding === undefined));
    });

    await test.step("it recognises her on a photo that lies on its side, and crops her upright", async () => {
      const codec = createImageCodec(imageAssets);
      const lying = await codec.encodeJpeg(turnedPicture(await codec.decode(sample3.slice()), 90));
      const asked = { ...OPTIONS, crops: true, anyAngle: true as const };
      const { prediction, crops } = await pool.run(FACES_DIGEST, lying.slice(), asked);
      assertEquals(predictionSchema.parse(prediction), prediction);
      assertEquals(prediction.persons.map(({ recognition }) => recognition).toSorted(), [
        "known",
        "unknown",
        "unknown",
      ]);
      const at = prediction.persons.findIndex(({ name }) => name === "Rosa");
      const cropped = await pool.run(FACES_DIGEST, crops[at].slice(), OPTIONS);
      assertEquals(cropped.prediction.persons.map(({ name }) => name), ["Rosa"]);
      const plain = await pool.run(FACES_DIGEST, lying.slice(), OPTIONS);
      assert(plain.prediction.persons.every(({ name }) => name === null));
    });

    await test.step("people embedded by another model file are not compared", async () => {
      await pool.setGallery("staff", await viewOf(people, digest("e")));
      const { prediction } = await pool.run(FACES_DIGEST, sample3.slice(), OPTIONS);
      assertEquals([prediction.gallery, prediction.persons[0].recognition], [undefined, undefined]);
    });

    await test.step("people are active for every picture that starts after them, not for the running one", async () => {
      await pool.setGallery("staff", await viewOf(people));
      const before = pool.run(FACES_DIGEST, sample3.slice(), OPTIONS);
      const instruction: string[] = [];
      const released = pool.setGallery("staff", null).then(() => instruction.push("released"));
      const after = pool.run(FACES_DIGEST, sample3.slice(), OPTIONS);
      const results = await Promise.all([before.finally(() => instruction.push("ran")), after]);
      await released;
      assertEquals(results.map(({ prediction }) => prediction.gallery?.version), [3, undefined]);
      assertEquals(instruction, ["ran", "released"]);
    });

    await test.step("it crops each face with a margin, before it draws", async () => {
      const { prediction, crops } = await pool.run(FACES_DIGEST, sample3.slice(), {
        ...OPTIONS,
        annotate: true,
        crops: true,
      });
      assertEquals(crops.length, 3);
      crops.forEach((crop, at) => {
        const { box, quality } = prediction.persons[at];
        const { format, width, height } = readImageHeader(crop);
        assertEquals(format, "jpeg");
        assert(Math.max(width, height) <= 640 && width > box.width, `${width} x ${height}`);
        assert(quality!.sharpness > 20);
      });
      const again = await pool.run(FACES_DIGEST, crops[0].slice(), { ...OPTIONS, embeddings: true });
      const whole = await pool.run(FACES_DIGEST, sample3.slice(), { ...OPTIONS, embeddings: true });
      const [one, other] = [again, whole].map(({ prediction }) => prediction.persons[0].embedding!);
      const cosine = one.reduce((sum, component, index) => sum + component * other[index], 0);
      assert(cosine > 0.9, `the face of the crop is at ${cosine} to that of the photo`);
    });
  }));
