import { bucketOf } from "../../models/gallery/gallery_bucket.ts";
import type {
  FaceKind,
  FaceRecord,
  GalleryRecord,
  PeopleChange,
  PeopleStore,
  PersonRecord,
} from "../../master/people/people_store.ts";
import { digestOf } from "../../protocol/kernel/digest.ts";
import { newId } from "../../protocol/kernel/id.ts";
import { seededRandom } from "../../protocol/kernel/random.ts";
import { assertEquals, assertThrows } from "../assert.ts";

const random = seededRandom(11);
export const EMBEDDER = digestOf(new TextEncoder().encode("embedder"));
export const OTHER_EMBEDDER = digestOf(new TextEncoder().encode("another embedder"));
const THRESHOLDS = { known: 0.5, unknown: 0.3, marginMin: 0.05, eyeDistanceMin: 20, sharpnessMin: 10 };

/** Returns the record of a gallery without people. */
export function galleryOf(name: string, overrides: Partial<GalleryRecord> = {}): GalleryRecord {
  return {
    name,
    version: 1,
    embedder: EMBEDDER,
    dimensions: 4,
    thresholds: THRESHOLDS,
    thresholdsSet: null,
    modelThresholds: null,
    createdMs: 1_000,
    changedMs: 1_000,
    built: null,
    superseded: [],
    ...overrides,
  };
}

function personOf(name: string, overrides: Partial<PersonRecord> = {}): PersonRecord {
  const personId = newId("person", random);
  return { personId, gallery: "staff", name, metadata: {}, createdMs: 1_000, changedMs: 1_000, ...overrides };
}

function faceOf(person: PersonRecord, createdMs: number, kind: FaceKind = "enrolled"): FaceRecord {
  const crop = { digest: digestOf(new TextEncoder().encode(`crop ${person.personId} ${createdMs}`)), size: 10 };
  const quality = { eyeDistance: 40.5, sharpness: 123.25 };
  return { faceId: newId("face", random), personId: person.personId, kind, quality, crop, source: "a.jpg", createdMs };
}

const vector = (...numbers: number[]) => Float32Array.from(numbers);
const seen = (face: FaceRecord, numbers: number[], embedder = EMBEDDER): PeopleChange => ({
  type: "face_added",
  face,
  embeddings: [{ embedder, vector: vector(...numbers) }],
});
const STAFF: PeopleChange = { type: "gallery_put", record: galleryOf("staff") };
const put = (record: PersonRecord): PeopleChange => ({ type: "person_put", record });
const ALL = { after: null, limit: 1_000 };

/** Registers the tests that every store of people must pass. `open` returns a new, empty one. */
export function testPeopleStore(name: string, open: () => PeopleStore): void {
  const test = (criterion: string, body: (store: PeopleStore) => void) =>
    Deno.test(`${name} ${criterion}`, () => {
      const store = open();
      try {
        body(store);
      } finally {
        store.close();
        store.close(); // a second call must do nothing
      }
    });

  test("begins empty", (store) => {
    assertEquals(store.galleries(), []);
    assertEquals(store.gallery("staff"), null);
    assertEquals(store.counts("staff"), { people: 0, enrolled: 0, rejected: 0 });
    assertEquals(store.people("staff", ALL), []);
    assertEquals(store.person("staff", "Ada"), null);
    assertEquals(store.lastVersionOf("staff"), 0);
  });

  test("keeps the last record of each gallery, sorted by name", (store) => {
    const blob = { digest: EMBEDDER, size: 3 };
    const built = { version: 7, index: blob, buckets: [{ ...blob, people: 2, faces: 5 }] };
    const thresholdsSet = { by: "calibrate", setMs: 1_000 } as const;
    const superseded = [OTHER_EMBEDDER];
    const modelThresholds = { known: 0.363, unknown: 0.3 };
    const changed = { version: 8, built, superseded, dimensions: 512, thresholdsSet, modelThresholds };
    const later = galleryOf("staff", changed);
    store.apply([STAFF, { type: "gallery_put", record: galleryOf("guests") }, { type: "gallery_put", record: later }]);
    assertEquals(store.galleries(), [galleryOf("guests"), later]);
    assertEquals(store.gallery("staff"), later);
  });

  test("keeps people with their metadata, page by page in the order of their names", (store) => {
    const names = ["Zoë", "Ada", "\u{1F600}", "\uFF5E", "ada", "O'Neill"];
    const people = names.map((name) => personOf(name, { metadata: { badge: `"${name}"` } }));
    store.apply([STAFF, ...people.map(put)]);
    const first = store.people("staff", { after: null, limit: 4 });
    assertEquals(first.map(({ name }) => name), ["Ada", "O'Neill", "Zoë", "ada"]);
    const rest = store.people("staff", { after: first[3].name, limit: 4 });
    assertEquals(rest.map(({ name }) => name), ["\uFF5E", "\u{1F600}"]);
    assertEquals(store.person("staff", "Zoë"), { ...people[0], enrolled: 0, rejected: 0 });
    assertEquals(store.peopleCount("staff"), 6);
  });

  test("keeps faces with the exact numbers of their embeddings, and counts them", (store) => {
    const ada = personOf("Ada");
    const faces = [faceOf(ada, 2_000), faceOf(ada, 1_000), faceOf(ada, 3_000, "rejected")];
    const numbers = [[0.1, -1, 1e-8, 3], [1, 2, 3, 4], [0, 0, 0, 1]];
    store.apply([STAFF, put(ada), ...faces.map((face, index) => seen(face, numbers[index]))]);
    assertEquals(store.faces(ada.personId), [faces[1], faces[0], faces[2]]);
    assertEquals(store.face(faces[0].faceId), faces[0]);
    const embedded = store.embeddedFaces(ada.personId, EMBEDDER).map(({ embedding }) => [...embedding]);
    assertEquals(embedded, [[1, 2, 3, 4], [...vector(...numbers[0])], [0, 0, 0, 1]]);
    assertEquals(store.counts("staff"), { people: 1, enrolled: 2, rejected: 1 });
    assertEquals(store.person("staff", "Ada"), { ...ada, enrolled: 2, rejected: 1 });
    assertEquals([store.isCropUsed(faces[2].crop.digest), store.isCropUsed(EMBEDDER)], [true, false]);
  });

  test("cuts a gallery into buckets that contain every person with an enrolled face once", (store) => {
    const people = Array.from({ length: 40 }, (_, index) => personOf(`person ${index}`));
    const nobody = personOf("no face");
    const unloved = personOf("only rejected");
    store.apply([
      STAFF,
      ...[...people, nobody, unloved].map(put),
      ...people.flatMap((person, index) => [seen(faceOf(person, 1), [index, 0, 0, 0]), seen(faceOf(person, 2), [1])]),
      seen(faceOf(people[0], 3, "rejected"), [9]),
      seen(faceOf(unloved, 3, "rejected"), [9]),
    ]);
    const found = [0, 1, 2, 3].flatMap((bucket) => {
      const inside = store.bucket({ gallery: "staff", embedder: EMBEDDER, bucket, buckets: 4 });
      for (const { id } of inside) assertEquals(bucketOf(id, 4), bucket);
      assertEquals(inside.map(({ id }) => id), inside.map(({ id }) => id).sort());
      return inside;
    });
    assertEquals(found.map(({ name }) => name).sort(), people.map(({ name }) => name).sort());
    const first = found.find(({ id }) => id === people[0].personId);
    assertEquals(first?.faces.map((face) => [...face]), [[0, 0, 0, 0], [1]]);
    assertEquals(first?.rejected.map((face) => [...face]), [[9]]);
    assertEquals(store.bucket({ gallery: "staff", embedder: OTHER_EMBEDDER, bucket: 0, buckets: 1 }), []);
    assertEquals(store.bucket({ gallery: "guests", embedder: EMBEDDER, bucket: 0, buckets: 1 }), []);
  });

  test("renames people, moves faces, and deletes faces, people and galleries with all that belongs to them", (store) => {
    const [ada, bob] = [personOf("Ada"), personOf("Bob")];
    const [one, two, three] = [faceOf(ada, 1), faceOf(bob, 2), faceOf(bob, 3, "rejected")];
    store.apply([STAFF, put(ada), put(bob), seen(one, [1]), seen(two, [2]), seen(three, [3])]);
    store.apply([put({ ...ada, name: "Ada L.", metadata: { a: "b" }, changedMs: 5 })]);
    assertEquals(store.person("staff", "Ada"), null);
    assertEquals(store.person("staff", "Ada L.")?.metadata, { a: "b" });
    store.apply([
      { type: "faces_moved", fromPersonId: bob.personId, toPersonId: ada.personId },
      { type: "person_removed", personId: bob.personId },
    ]);
    assertEquals(store.faces(ada.personId).map(({ faceId }) => faceId), [one.faceId, two.faceId, three.faceId]);
    store.apply([{ type: "face_removed", faceId: two.faceId }]);
    assertEquals(store.isCropUsed(two.crop.digest), false);
    store.apply([{ type: "gallery_put", record: galleryOf("staff", { version: 9 }) }]);
    store.apply([{ type: "gallery_removed", gallery: "staff" }]);
    assertEquals([store.galleries(), store.faces(ada.personId), store.face(one.faceId)], [[], [], null]);
    assertEquals(store.lastVersionOf("staff"), 9);
    store.apply([STAFF, put(ada)]);
    assertEquals(store.embeddedFaces(ada.personId, EMBEDDER), []);
  });

  test("keeps the embeddings of several embedders for one face, and lists the faces without one", (store) => {
    const ada = personOf("Ada");
    const faces = [faceOf(ada, 1), faceOf(ada, 2), faceOf(ada, 3)];
    store.apply([STAFF, put(ada), ...faces.map((face) => seen(face, [1]))]);
    const sorted = [...faces].sort((left, right) => left.faceId < right.faceId ? -1 : 1);
    assertEquals(store.facesWithout("staff", EMBEDDER, ALL), []);
    assertEquals(store.countWithout("staff", OTHER_EMBEDDER), 3);
    const page = store.facesWithout("staff", OTHER_EMBEDDER, { after: sorted[0].faceId, limit: 1 });
    assertEquals(page, [sorted[1]]);
    const embedding = { embedder: OTHER_EMBEDDER, vector: vector(7) };
    store.apply([{ type: "embedding_added", faceId: sorted[1].faceId, embedding }]);
    assertEquals(store.facesWithout("staff", OTHER_EMBEDDER, ALL), [sorted[0], sorted[2]]);
    store.apply([{ type: "embeddings_dropped", gallery: "staff", exceptEmbedder: OTHER_EMBEDDER }]);
    assertEquals(store.embeddedFaces(ada.personId, EMBEDDER), []);
    const left = store.embeddedFaces(ada.personId, OTHER_EMBEDDER);
    assertEquals(left.map(({ faceId, embedding }) => [faceId, ...embedding]), [[sorted[1].faceId, 7]]);
  });

  test("keeps none of the changes when one of them is invalid", (store) => {
    const [ada, twin] = [personOf("Ada"), personOf("Ada")];
    store.apply([STAFF, put(ada)]);
    const [bob, face] = [personOf("Bob"), faceOf(ada, 4)];
    const before = store.people("staff", ALL);
    const misfits = [
      put(twin),
      put(personOf("Cat", { gallery: "nowhere" })),
      seen(faceOf(twin, 1), [1]),
      seen(face, [2]),
    ];
    for (const misfit of misfits) {
      assertThrows(() => store.apply([put(bob), seen(face, [1]), misfit]));
      assertEquals(store.people("staff", ALL), before);
    }
    store.apply([put(bob)]);
    assertEquals(store.peopleCount("staff"), 2, "and goes on after it");
  });
}
