import { faceIdOf, imageIdOf } from "../../../../../master/http/dialects/compreface/image_id.ts";
import { DmlError } from "../../../../../protocol/kernel/errors.ts";
import { newId } from "../../../../../protocol/kernel/id.ts";
import { seededRandom } from "../../../../../protocol/kernel/random.ts";
import { assertEquals, assertMatch, assertThrows } from "../../../../assert.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/;

Deno.test("imageIdOf() makes a UUID of the id of a face, which faceIdOf() turns back", () => {
  const random = seededRandom(7);
  const faceIds = [`face_${"0".repeat(20)}`, `face_${"z".repeat(20)}`];
  for (let count = 0; count < 200; count++) faceIds.push(newId("face", random));
  for (const faceId of faceIds) {
    assertMatch(imageIdOf(faceId), UUID);
    assertEquals(faceIdOf(imageIdOf(faceId)), faceId);
    assertEquals(faceIdOf(imageIdOf(faceId).toUpperCase()), faceId);
  }
  assertEquals(new Set(faceIds.map(imageIdOf)).size, faceIds.length);
});

Deno.test("faceIdOf() refuses what stands for no face", () => {
  const others = ["", "x", "6b135f5b-a365-4522-b1f1-4c9ac2dd0728", "00000000-0000-8000-8000-000000000001"];
  for (const id of others) assertThrows(() => faceIdOf(id), DmlError, "There is no picture");
});
