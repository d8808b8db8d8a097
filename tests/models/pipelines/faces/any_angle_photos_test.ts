/** Tests of faces at any angle on turned photos: real model files, real engine, 22 faces. */
import { FACES } from "../../../../models/catalog/faces.ts";
import {
  boxTurnedBack,
  pointTurnedBack,
  type QuarterTurn,
  turnedPicture,
} from "../../../../models/image/geometry/quarter_turn.ts";
import type { Picture } from "../../../../models/image/picture.ts";
import { createPipeline } from "../../../../models/pipelines/create_pipeline.ts";
import { fromTheLeft } from "../../../../models/pipelines/faces/from_the_left.ts";
import type { ModelSession } from "../../../../models/tensor.ts";
import { createModelSession } from "../../../../node/engine/onnx_session.ts";
import { type Person, personSchema } from "../../../../protocol/messages/prediction.ts";
import { assert, assertEquals } from "../../../assert.ts";
import { samplePhotos } from "../sample_photos.ts";
import "../../../node/engine/started_onnx.ts";

const photos = await samplePhotos();
const sessions: Record<string, ModelSession> = {};
for (const { role } of FACES.manifest.files) sessions[role] = await createModelSession(await FACES.loadFile(role));
const pipeline = createPipeline(FACES.manifest, sessions, { nowMs: () => 0 });

async function personsIn(picture: Picture, anyAngle: boolean): Promise<Person[]> {
  const { persons, notes } = await pipeline.recognise(picture, { embeddings: true, anyAngle });
  assertEquals(notes, undefined);
  return persons;
}

/** Returns persons of the turned picture in pixels of `picture`, numbered as there. */
function turnedBack(persons: readonly Person[], from: { turn: QuarterTurn; picture: Picture }): Person[] {
  return fromTheLeft(persons.map((person) => ({
    ...person,
    box: boxTurnedBack(person.box, from),
    landmarks: person.landmarks.map((point) => pointTurnedBack(point, from)),
  })));
}

/** Largest difference of two lists of numbers. */
function apart(one: readonly number[], other: readonly number[]): number {
  assertEquals(one.length, other.length);
  return Math.max(...one.map((value, index) => Math.abs(value - other[index])));
}

function placesOf({ box, landmarks }: Person): number[] {
  return [box.x, box.y, box.width, box.height, ...landmarks.flatMap(({ x, y }) => [x, y])];
}

function cosine(one: Person, other: Person): number {
  assert(one.embedding && other.embedding);
  const { embedding } = other;
  return one.embedding.reduce((sum, component, index) => sum + component * embedding[index], 0);
}

const upright: Person[][] = [];
for (const photo of photos) upright.push(await personsIn(photo, false));

Deno.test("recognise() at any angle finds in upright photos what it finds without", async () => {
  assertEquals(upright.map(({ length }) => length), [3, 3, 3, 4, 5, 4]);
  for (const [index, photo] of photos.entries()) assertEquals(await personsIn(photo, true), upright[index]);
});

Deno.test("recognise() at any angle finds the same faces when the photos are turned", async () => {
  for (const [index, picture] of photos.entries()) {
    const expected = upright[index];
    for (const turn of [90, 180, 270] as const) {
      const persons = await personsIn(turnedPicture(picture, turn), true);
      for (const person of persons) personSchema.parse(person);
      const back = turnedBack(persons, { turn, picture });
      assertEquals(back.length, expected.length, `sample${index + 1} turned by ${turn}`);
      for (const [at, person] of back.entries()) {
        const what = `sample${index + 1} turned by ${turn}, face ${at + 1}`;
        assert(apart(placesOf(person), placesOf(expected[at])) <= 3, what);
        assert(cosine(person, expected[at]) > 0.98, what);
      }
    }
  }
});

Deno.test("recognise() at any angle finds faces of one picture that are turned in different ways", async () => {
  const [standing, lying] = [photos[0], turnedPicture(photos[2], 90)];
  const width = standing.width + lying.width;
  const height = Math.max(standing.height, lying.height);
  const both = { width, height, data: new Uint8Array(width * height * 3).fill(128) };
  for (const [picture, left] of [[standing, 0], [lying, standing.width]] as const) {
    for (let y = 0; y < picture.height; y++) {
      const row = picture.data.subarray(y * picture.width * 3, (y + 1) * picture.width * 3);
      both.data.set(row, (y * width + left) * 3);
    }
  }
  const persons = await personsIn(both, true);
  const known = [...upright[0], ...upright[2]];
  assertEquals(persons.length, known.length);
  for (const person of known) assert(persons.some((other) => cosine(person, other) > 0.8));
});
