import { attributeErrors, type LabelledAttributes, labelOf } from "../../../tools/accuracy/attributes.ts";
import { assertEquals } from "../../assert.ts";

Deno.test("labelOf() reads names as UTKFace has them, and no others", () => {
  assertEquals(labelOf("26_1_0_20170116184024662.jpg.chip.jpg"), { age: 26, gender: "female" });
  assertEquals(labelOf("103_0_G000560.jpg"), { age: 103, gender: "male" });
  for (const name of ["photo.jpg", "26_2_0.jpg", "26_1.jpg", "_1_0.jpg"]) assertEquals(labelOf(name), null);
});

Deno.test("attributeErrors() counts wrong genders and spoofs, and averages the errors of the age", () => {
  const face = (age: number, estimate: number, gender: string, liveness = "live"): LabelledAttributes => ({
    label: { age, gender: "female" },
    attributes: {
      age: estimate,
      gender: { label: gender, score: 0.9 },
      liveness: { label: liveness, score: 0.9 },
    },
  });
  const faces = [face(30, 36, "female"), face(40, 38, "male"), face(50, 50, "female", "spoof")];
  assertEquals(attributeErrors(faces), {
    faces: 3,
    genderWrong: 1,
    ageError: 8 / 3,
    ageBias: 4 / 3,
    spoofs: 1,
  });
});
