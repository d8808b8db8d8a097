import { DEFAULT_THRESHOLDS } from "../../../models/gallery/gallery_index.ts";
import { openPeople } from "../../../models/gallery/open_people.ts";
import { digestOf } from "../../../protocol/kernel/digest.ts";
import { seededRandom } from "../../../protocol/kernel/random.ts";
import { assertEquals } from "../../assert.ts";
import { madeFace, madePeople, nearestByDefinition } from "./made_gallery.ts";

Deno.test("openPeople() matches as the definition says, with every face and every rejected one", () => {
  const random = seededRandom(5);
  const dimensions = 32;
  const people = madePeople(random, { count: 60, faceCount: 3, dimensions });
  const version = { gallery: "staff", version: 1, embedder: digestOf(new Uint8Array()), dimensions };
  const reader = openPeople(people, { ...version, thresholds: DEFAULT_THRESHOLDS });
  const faces = [...people.map((person) => person.faces[0]), madeFace(random, { dimensions })];
  for (const face of faces) {
    assertEquals(reader.match(face, { countMax: 4 }), nearestByDefinition(people, face).slice(0, 4));
  }
  const nobody = openPeople([], { ...version, thresholds: DEFAULT_THRESHOLDS });
  assertEquals(nobody.match(madeFace(random, { dimensions }), { countMax: 2 }), []);
});
