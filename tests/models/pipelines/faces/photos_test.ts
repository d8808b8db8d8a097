/** Tests of the whole faces pipeline on photos: real model files, real engine, 22 faces. */
import sample1 from "sample-photos/demo/sample1.jpg" with { type: "bytes" };
import sample2 from "sample-photos/demo/sample2.jpg" with { type: "bytes" };
import sample3 from "sample-photos/demo/sample3.jpg" with { type: "bytes" };
import sample4 from "sample-photos/demo/sample4.jpg" with { type: "bytes" };
import sample5 from "sample-photos/demo/sample5.jpg" with { type: "bytes" };
import sample6 from "sample-photos/demo/sample6.jpg" with { type: "bytes" };
import { FACES } from "../../../../models/catalog/faces.ts";
import { type Box, intersectionOverUnion } from "../../../../models/image/geometry/geometry.ts";
import { createImageCodec } from "../../../../models/image/image_codec.ts";
import type { Picture } from "../../../../models/image/picture.ts";
import { createPipeline } from "../../../../models/pipelines/create_pipeline.ts";
import type { Pipeline } from "../../../../models/pipelines/pipeline.ts";
import type { ModelSession } from "../../../../models/tensor.ts";
import { createModelSession } from "../../../../node/engine/onnx_session.ts";
import { type Person, personSchema } from "../../../../protocol/messages/prediction.ts";
import { SAMPLE_FACE_BOXES } from "../../../../tools/sample_faces.ts";
import { assert, assertEquals } from "../../../assert.ts";
import { imageAssets } from "../../image/asset_source.ts";
import { croppedPicture, quarteredPicture, rotatedPicture } from "../altered_pictures.ts";
import "../../../node/engine/started_onnx.ts";

const codec = createImageCodec(imageAssets);
const pipeline = await startPipeline();
const photos: Picture[] = [];
for (const bytes of [sample1, sample2, sample3, sample4, sample5, sample6]) photos.push(await codec.decode(bytes));
const found: Person[][] = [];
for (const photo of photos) found.push(await personsIn(photo));

/**
 * The two faces of the woman who is on two photos: on the right of the first, in the middle of the
 * third.
 */
const RED_HAIRED = [found[0][2], found[2][1]] as const;

async function startPipeline(): Promise<Pipeline> {
  const sessions: Record<string, ModelSession> = {};
  for (const { role } of FACES.manifest.files) {
    sessions[role] = await createModelSession(await FACES.loadFile(role));
  }
  return createPipeline(FACES.manifest, sessions, { nowMs: () => 0 });
}

async function personsIn(picture: Picture): Promise<Person[]> {
  return (await pipeline.recognise(picture, { embeddings: true })).persons;
}

function cosine(one: Person, other: Person): number {
  assert(one.embedding && other.embedding);
  const { embedding } = other;
  return one.embedding.reduce((sum, component, index) => sum + component * embedding[index], 0);
}

function boxOf([x, y, width, height]: readonly [number, number, number, number]): Box {
  return { x, y, width, height };
}

Deno.test("recognise() finds the 22 faces of six photos where another program finds them", () => {
  assertEquals(found.map((persons) => persons.length), SAMPLE_FACE_BOXES.map((boxes) => boxes.length));
  SAMPLE_FACE_BOXES.forEach((boxes, photo) =>
    boxes.forEach((expected, index) => {
      const { box } = found[photo][index];
      const overlap = intersectionOverUnion(box, boxOf(expected));
      assert(overlap > 0.95, `sample${photo + 1}: ${JSON.stringify(box)} is not at ${expected}`);
    })
  );
});

Deno.test("recognise() puts eyes above nose above mouth, left of right, and all in the face", () => {
  for (const person of found.flat()) {
    personSchema.parse(person);
    const { box, landmarks: [leftEye, rightEye, nose, leftMouth, rightMouth] } = person;
    assert(leftEye.x < rightEye.x && leftMouth.x < rightMouth.x);
    assert((leftEye.y + rightEye.y) / 2 < nose.y && nose.y < (leftMouth.y + rightMouth.y) / 2);
    const margin = 0.1 * box.width;
    for (const { x, y } of person.landmarks) {
      assert(x > box.x - margin && x < box.x + box.width + margin);
      assert(y > box.y && y < box.y + box.height);
    }
  }
});

Deno.test("recognise() tells the woman in two photos from all the others, and these from each other", () => {
  assert(cosine(...RED_HAIRED) > 0.55);
  const all = found.flat();
  all.forEach((one, index) =>
    all.slice(index + 1).forEach((other) => {
      const isSame = one === RED_HAIRED[0] && other === RED_HAIRED[1];
      assert(isSame || cosine(one, other) < 0.45);
    })
  );
});

Deno.test("recognise() gives the same person the same embedding when the photo is turned by 15 degrees", async () => {
  for (const degrees of [15, -15]) {
    const turned = await personsIn(rotatedPicture(photos[2], degrees));
    for (const person of found[2]) {
      const likeness = Math.max(...turned.map((other) => cosine(person, other)));
      assert(likeness > 0.8, `${likeness} at ${degrees} degrees`);
    }
  }
});

Deno.test("recognise() gives the same person the same embedding when the photo is a quarter of its size", async () => {
  const small = await personsIn(quarteredPicture(photos[2]));
  assertEquals(small.length, 3);
  small.forEach((person, index) => assert(cosine(person, found[2][index]) > 0.8));
});

Deno.test("recognise() finds a face that the border cuts", async () => {
  const { box } = found[2][1];
  const left = Math.round(box.x + box.width * 0.3);
  const persons = await personsIn(croppedPicture(photos[2], { x: left, y: 0, width: 700, height: 1_000 }));
  const cut = persons.find((person) => person.box.x < 10);
  assert(cut && Math.abs(cut.box.y - box.y) < 0.2 * box.height);
});

Deno.test("recognise() finds nobody where nobody is", async () => {
  const width = 640, height = 480;
  const plain = new Uint8Array(width * height * 3).fill(128);
  const checks = plain.map((_, index) => (Math.floor(index / 30) + Math.floor(index / (width * 30))) % 2 * 255);
  for (const data of [plain, checks]) assertEquals(await personsIn({ width, height, data }), []);
});

Deno.test("recognise() answers the same a second time", async () => {
  assertEquals(await personsIn(photos[4]), found[4]);
});
