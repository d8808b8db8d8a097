import { chooseFace } from "../../../master/people/choose_face.ts";
import type { Person } from "../../../protocol/messages/prediction.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { assertEquals, assertThrows } from "../../assert.ts";

const NO_CHOICE = { face: null, largest: false };

/** A face of this height at `x`. */
function faceAt(x: number, height: number): Person {
  return { box: { x, y: 0, width: height, height }, score: 0.9, landmarks: [], name: null, similarity: null };
}

Deno.test("chooseFace() takes the only face that is not in the background", () => {
  const [large, small, tiny] = [faceAt(200, 100), faceAt(0, 24), faceAt(400, 10)];
  assertEquals(chooseFace([tiny, small, large], NO_CHOICE), large);
  assertEquals(chooseFace([small], NO_CHOICE), small, "a small face alone is no background");
});

Deno.test("chooseFace() refuses two faces of similar height, and counts all of them from the left", () => {
  const faces = [faceAt(200, 100), faceAt(0, 25), faceAt(400, 10)];
  const error = assertThrows(() => chooseFace(faces, NO_CHOICE), DmlError, "3 faces, from the left");
  assertEquals(error.code, "faces_several");
  assertEquals(chooseFace(faces, { face: 3, largest: false }), faces[2]);
  assertEquals(chooseFace(faces, { face: null, largest: true }), faces[0]);
});

Deno.test("chooseFace() takes the only face that is not doubtful, but a doubtful one if there is no other", () => {
  const [owner, pet]: Person[] = [faceAt(0, 80), { ...faceAt(200, 100), doubtful: true }];
  assertEquals(chooseFace([pet, owner], NO_CHOICE), owner);
  assertEquals(chooseFace([pet, owner], { face: null, largest: true }), owner);
  assertEquals(chooseFace([pet, owner], { face: 2, largest: false }), pet);
  assertEquals(chooseFace([pet], NO_CHOICE), pet);
});
