import type { FaceFinder } from "../../../master/people/face_finder.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { buildGallery } from "../../../master/people/build_gallery.ts";
import { GALLERY_BUCKETS_MAX } from "../../../models/gallery/gallery_index.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "../../assert.ts";
import { archiveOf, EMBEDDER, PeopleFixture, pictureOf, portrait } from "./people_fixture.ts";

async function refusal(run: () => Promise<unknown>): Promise<DmlError> {
  return await assertRejects(run, DmlError);
}

Deno.test("enrol() and reject() look for faces at any angle only if that is requested", async () => {
  await using fixture = new PeopleFixture();
  const asked: (boolean | undefined)[] = [];
  const finder: FaceFinder = fixture.finder;
  const find = finder.find.bind(finder);
  finder.find = (picture, options) => {
    asked.push(options.anyAngle);
    return find(picture, options);
  };
  await fixture.enrol("Ada", portrait(0));
  await fixture.enrol("Ada", portrait(1), { anyAngle: true });
  const request = { gallery: "staff", name: "Ada", face: null, largest: false, source: "" };
  await fixture.people.reject(portrait(20), { ...request, anyAngle: true });
  assertEquals(asked, [undefined, true, true]);
});

Deno.test("People.enrol() creates gallery and person, and resolves when they are active", async () => {
  await using fixture = new PeopleFixture();
  const answer = await fixture.enrol("Ada", portrait(0));
  assertEquals(answer.inForce, { version: 1, ready: 2, pending: 0, failed: 0 });
  assertEquals([answer.person, answer.warnings, answer.lookalikes], ["Ada", [], []]);
  assertEquals(await fixture.publisher.table("staff"), [["Ada", 1, 0]]);
  assertEquals((await fixture.publisher.peopleOf("staff")).index.version, 1);
  const { people, enrolledFaces } = fixture.people.gallery("staff");
  assertEquals([people, enrolledFaces], [1, 1]);
  const { faces } = fixture.people.person("staff", "Ada");
  assertEquals(faces.map(({ faceId, source }) => [faceId, source]), [[answer.faceId, "Ada.jpg"]]);
});

Deno.test("People.enrol() refuses each unusable input with a code of its own, and stores nothing", async () => {
  await using fixture = new PeopleFixture();
  const several = pictureOf({ x: 300, angle: 0 }, { x: 100, angle: 90, side: 120 });
  const table: [Uint8Array<ArrayBuffer>, object, string, string][] = [
    [pictureOf(), {}, "face_missing", "no face"],
    [several, {}, "faces_several", "1 at 40,10 (120 x 120), 2 at 260,10 (80 x 80)"],
    [several, { face: 3 }, "face_missing", "no face 3"],
    [pictureOf({ x: 10, angle: 0, eyeDistance: 9 }), {}, "face_too_small", "9.0 pixels"],
    [pictureOf({ x: 10, angle: 0, sharpness: 3 }), {}, "face_too_blurred", "3.0"],
  ];
  for (const [picture, options, code, sentence] of table) {
    const error = await refusal(() => fixture.enrol("Ada", picture, options));
    assertEquals(error.code, code);
    assertStringIncludes(error.message, sentence);
    assert(error.advice.length > 10);
  }
  assertEquals(fixture.people.galleries(), []);
  assertEquals((await fixture.blobs()).size, 0);
});

Deno.test("People.enrol() and other changes fail when the store cannot be written, and change nothing", async () => {
  await using fixture = new PeopleFixture();
  await fixture.enrol("Ada", portrait(0));
  const apply = fixture.store.apply.bind(fixture.store);
  fixture.store.apply = () => {
    throw new DmlError("disk_full", "The store of people cannot be written: database or disk is full.");
  };
  for (
    const change of [
      () => fixture.enrol("Bob", portrait(90)),
      () => fixture.people.remove("staff", "Ada"),
      () => fixture.people.patch("staff", "Ada", { name: "Ada Lovelace" }),
      () => fixture.people.removeGallery("staff"),
    ]
  ) assertEquals((await refusal(change)).code, "disk_full");
  fixture.store.apply = apply;
  assertEquals((await fixture.enrol("Ada", portrait(90))).inForce?.version, 2);
  assertEquals(await fixture.publisher.table("staff"), [["Ada", 2, 0]]);
});

Deno.test("People.enrol() uses the face with the given number from the left, or the largest", async () => {
  await using fixture = new PeopleFixture();
  const several = pictureOf({ x: 300, angle: 0 }, { x: 100, angle: 60, side: 120 }, { x: 200, angle: 120 });
  await fixture.enrol("left", several, { face: 1 });
  await fixture.enrol("middle", several, { face: 2 });
  await fixture.enrol("large", several, { largest: true });
  const { people } = await fixture.publisher.peopleOf("staff");
  const angles = people.map(({ name, faces: [[x, y]] }) => [name, Math.round(Math.atan2(y, x) * 180 / Math.PI)]);
  assertEquals(Object.fromEntries(angles), { left: 60, middle: 120, large: 60 });
});

Deno.test("People.enrol() stores no face twice, and reports that", async () => {
  await using fixture = new PeopleFixture();
  const first = await fixture.enrol("Ada", portrait(0));
  for (const [angle, code] of [[0, "already_enrolled"], [10, "near_duplicate"]] as const) {
    const again = await fixture.enrol("Ada", portrait(angle));
    assertEquals([again.faceId, again.inForce, again.warnings.map((warning) => warning.code)], [null, null, [code]]);
  }
  const other = await fixture.enrol("Ada", portrait(40));
  assert(other.faceId !== null && other.faceId !== first.faceId);
  assertEquals(other.inForce?.version, 2);
  assertEquals(fixture.people.person("staff", "Ada").faces.length, 2);
});

Deno.test("People.enrol() at the same time stores one picture once and every other picture", async () => {
  await using fixture = new PeopleFixture();
  const angles = [0, 0, 30, 60, 90, 0, 30];
  const answers = await Promise.all(angles.map((angle) => fixture.enrol("Ada", portrait(angle))));
  assertEquals(answers.filter(({ faceId }) => faceId !== null).length, 4);
  assertEquals(await fixture.publisher.table("staff"), [["Ada", 4, 0]]);
  assert(fixture.publisher.published.length <= 4, "changes that come together share a version");
});

Deno.test("People.enrol() warns of similar people, and of a face unlike the others of its person", async () => {
  await using fixture = new PeopleFixture();
  await fixture.enrol("Ada", portrait(0));
  const twin = await fixture.enrol("Eve", portrait(20));
  assertEquals(twin.lookalikes.map(({ name, similarity }) => [name, similarity.toFixed(2)]), [["Ada", "0.94"]]);
  assertEquals(twin.warnings.map(({ code }) => code), ["looks_like"]);
  assertStringIncludes(twin.warnings[0].message, "Ada (similarity 0.94)");
  const stranger = await fixture.enrol("Ada", portrait(180));
  assertEquals(stranger.warnings.map(({ code }) => code), ["unlike_enrolled"]);
  assertEquals((await fixture.enrol("Bob", portrait(125))).warnings.map(({ code }) => code), ["looks_like"]);
});

Deno.test("People.enrol() does not warn of a likeness that most strangers' are, and still answers with it", async () => {
  await using fixture = new PeopleFixture();
  await fixture.enrol("Ada", portrait(0));
  const alike = await fixture.enrol("Eve", portrait(63));
  assertEquals(alike.warnings, []);
  assertEquals(alike.lookalikes.map(({ name, similarity }) => [name, similarity.toFixed(2)]), [["Ada", "0.45"]]);
  const set = { known: 0.7, unknown: 0.38, marginMin: 0.05, eyeDistanceMin: 12, sharpnessMin: 10 };
  await fixture.people.setThresholds("staff", set);
  assertEquals((await fixture.enrol("Bob", portrait(-50))).warnings, [], "below what somebody set");
  assertEquals((await fixture.enrol("Cat", portrait(-90))).warnings.map(({ code }) => code), ["looks_like"]);
});

Deno.test("People.enrol() with dry run returns the same and stores nothing", async () => {
  await using fixture = new PeopleFixture();
  await fixture.enrol("Ada", portrait(0));
  const before = await fixture.blobs();
  const answer = await fixture.enrol("Eve", portrait(20), { dryRun: true });
  assertEquals([answer.faceId, answer.inForce, answer.warnings.length], [null, null, 1]);
  assertEquals(fixture.people.people("staff", { after: null, limit: 10 }).people.map(({ name }) => name), ["Ada"]);
  assertEquals(await fixture.blobs(), before);
});

Deno.test("People.reject() stores the face that is recognised as the person if none is chosen", async () => {
  await using fixture = new PeopleFixture();
  await fixture.enrol("Ada", portrait(0));
  const crowd = pictureOf({ x: 10, angle: 100 }, { x: 100, angle: 25 }, { x: 200, angle: 180 });
  const answer = await fixture.reject("Ada", crowd);
  assert(answer.faceId !== null);
  assertEquals(await fixture.publisher.table("staff"), [["Ada", 1, 1]]);
  const { people: [{ rejected: [[x]] }] } = await fixture.publisher.peopleOf("staff");
  assertEquals(x.toFixed(3), Math.cos(25 * Math.PI / 180).toFixed(3));
  assertEquals((await fixture.reject("Ada", crowd)).warnings.map(({ code }) => code), ["already_enrolled"]);
  const nobody = pictureOf({ x: 10, angle: 100 }, { x: 200, angle: 180 });
  assertEquals((await refusal(() => fixture.reject("Ada", nobody))).code, "faces_several");
  const own = await refusal(() => fixture.reject("Ada", portrait(0)));
  assertEquals(own.code, "face_enrolled");
  const enrolled = fixture.people.person("staff", "Ada").faces.find(({ kind }) => kind === "enrolled");
  assertStringIncludes(own.advice, enrolled!.faceId);
  assertEquals((await refusal(() => fixture.reject("Eve", crowd))).code, "person_unknown");
});

Deno.test("People.reject() asks which face it is if two of a picture are similar enough for the name", async () => {
  await using fixture = new PeopleFixture();
  await fixture.enrol("Ada", portrait(0));
  const two = pictureOf({ x: 10, angle: 5 }, { x: 100, angle: 25 });
  assertEquals((await refusal(() => fixture.reject("Ada", two))).code, "faces_several");
  await fixture.reject("Ada", two, { face: 2 });
  const { people: [{ rejected: [[x]] }] } = await fixture.publisher.peopleOf("staff");
  assertEquals(x.toFixed(3), Math.cos(25 * Math.PI / 180).toFixed(3));
});

Deno.test("People brings default thresholds into force that rise with the faces, until somebody sets some", async () => {
  await using fixture = new PeopleFixture();
  const inForce = async () => {
    const { index: { thresholds } } = await fixture.publisher.peopleOf("staff");
    const listing = fixture.people.gallery("staff");
    assertEquals(listing.thresholds, thresholds);
    return [thresholds.known, thresholds.unknown, listing.thresholdsOrigin];
  };
  await fixture.enrol("Ada", portrait(0));
  assertEquals(await inForce(), [0.45, 0.38, { by: "default", faces: 1 }]);
  await fixture.people.import("staff", archiveOf("Crowd", 100));
  assertEquals(await inForce(), [0.48, 0.41, { by: "default", faces: 101 }]);
  const set = { ...fixture.people.gallery("staff").thresholds, known: 0.6, unknown: 0.5, by: "calibrate" } as const;
  fixture.clock.advance(5);
  const setMs = fixture.clock.wallMs();
  await fixture.people.setThresholds("staff", set);
  assertEquals(await inForce(), [0.6, 0.5, { by: "calibrate", setMs }]);
  await fixture.people.remove("staff", "Ada");
  assertEquals(await inForce(), [0.6, 0.5, { by: "calibrate", setMs }]);
  await fixture.people.setThresholds("staff", { ...set, by: "default" });
  assertEquals(await inForce(), [0.479, 0.409, { by: "default", faces: 100 }]);
});

Deno.test("People.patch() renames in force and keeps what is noted", async () => {
  await using fixture = new PeopleFixture();
  await fixture.enrol("Ada", portrait(0));
  await fixture.enrol("Bob", portrait(90));
  await fixture.people.patch("staff", "Ada", { metadata: { team: "engines", badge: "7" } });
  const inForce = await fixture.people.patch("staff", "Ada", { name: "Ada Lovelace", metadata: { badge: null } });
  assertEquals(inForce.version, 4);
  assertEquals(await fixture.publisher.table("staff"), [["Ada Lovelace", 1, 0], ["Bob", 1, 0]]);
  assertEquals(fixture.people.person("staff", "Ada Lovelace").person.metadata, { team: "engines" });
  const taken = await refusal(() => fixture.people.patch("staff", "Bob", { name: "Ada Lovelace" }));
  assertEquals(taken.code, "person_exists");
  const near = await refusal(() => fixture.people.patch("staff", "Bobb", {}));
  assertEquals([near.code, near.advice], ["person_unknown", "Did you mean Bob?"]);
  assertEquals((await refusal(() => fixture.people.patch("stuff", "Bob", {}))).advice, "Did you mean staff?");
});

Deno.test("People.merge() makes one person of two, with the faces of both", async () => {
  await using fixture = new PeopleFixture();
  await fixture.enrol("Ada", portrait(0));
  await fixture.enrol("A. Lovelace", portrait(40));
  await fixture.people.patch("staff", "A. Lovelace", { metadata: { badge: "7", team: "old" } });
  await fixture.people.patch("staff", "Ada", { metadata: { team: "engines" } });
  await fixture.people.merge("staff", "Ada", "A. Lovelace");
  assertEquals(await fixture.publisher.table("staff"), [["Ada", 2, 0]]);
  assertEquals(fixture.people.person("staff", "Ada").person.metadata, { badge: "7", team: "engines" });
  assertEquals((await refusal(() => fixture.people.merge("staff", "Ada", "Ada"))).code, "request_invalid");
});

Deno.test("People.merge() keeps a face that both persons have once, and its crop", async () => {
  await using fixture = new PeopleFixture();
  const kept = await fixture.enrol("Ada", portrait(0));
  await fixture.enrol("A. Lovelace", portrait(0), { source: "again.jpg" });
  await fixture.enrol("A. Lovelace", portrait(1), { source: "same picture, other size.jpg" });
  await fixture.enrol("A. Lovelace", portrait(40));
  await fixture.people.merge("staff", "Ada", "A. Lovelace");
  await fixture.settled();
  assertEquals(await fixture.publisher.table("staff"), [["Ada", 2, 0]]);
  const { faces } = fixture.people.person("staff", "Ada");
  assertEquals(faces.filter(({ faceId }) => faceId === kept.faceId).length, 1);
  const crops = fixture.store.faces(fixture.store.person("staff", "Ada")!.personId).map(({ crop }) => crop.digest);
  for (const crop of crops) await fixture.durable.read(crop);
  // Two crops, the index and one bucket: the crop of the other encoding is gone.
  assertEquals((await fixture.blobs()).size, crops.length + 2);
});

Deno.test("People.merge() takes a face that is theirs for theirs, though the other person was known not to be it", async () => {
  await using fixture = new PeopleFixture();
  await fixture.enrol("Ada", portrait(0));
  await fixture.enrol("A. Lovelace", portrait(40));
  await fixture.reject("A. Lovelace", portrait(0), { face: 1 });
  await fixture.reject("Ada", portrait(40), { face: 1 });
  await fixture.reject("Ada", portrait(90), { face: 1 });
  await fixture.reject("A. Lovelace", portrait(90), { face: 1 });
  await fixture.people.merge("staff", "Ada", "A. Lovelace");
  assertEquals(await fixture.publisher.table("staff"), [["Ada", 2, 1]]);
  const { persons: [person] } = await fixture.finder.find(portrait(40), { gallery: "staff", crops: false });
  assertEquals(person.name, "Ada");
});

Deno.test("People.merge() counts a face of both persons once where it looks for room", async () => {
  await using fixture = new PeopleFixture();
  const { galleryFacesPerPersonMax: max } = LIMITS;
  await fixture.enrol("Ada", portrait(0));
  const [face] = fixture.store.faces(fixture.store.person("staff", "Ada")!.personId);
  const embeddings = [{ embedder: EMBEDDER, vector: Float32Array.of(1, 0) }];
  fixture.store.apply(Array.from({ length: max - 1 }, (_, index) => {
    return { type: "face_added", face: { ...face, faceId: `face_${index}` }, embeddings };
  }));
  await fixture.enrol("Same", portrait(0));
  await fixture.people.merge("staff", "Ada", "Same");
  assertEquals(fixture.people.person("staff", "Ada").person.enrolled, max);
  await fixture.enrol("Other", portrait(90));
  const error = await refusal(() => fixture.people.merge("staff", "Ada", "Other"));
  assertEquals(error.code, "galleries_full");
});

Deno.test("People.enrol() takes back that a face is not the person's", async () => {
  await using fixture = new PeopleFixture();
  await fixture.enrol("Ada", portrait(0));
  await fixture.reject("Ada", portrait(40), { face: 1 });
  await fixture.reject("Ada", portrait(90), { face: 1 });
  await fixture.enrol("Ada", portrait(40));
  await fixture.settled();
  assertEquals(await fixture.publisher.table("staff"), [["Ada", 2, 1]]);
});

Deno.test("People.remove() leaves no byte of a person, and removeGallery() none of a gallery", async () => {
  await using fixture = new PeopleFixture();
  const { faceId } = await fixture.enrol("Ada", portrait(0));
  await fixture.settled();
  const before = await fixture.blobs();
  await fixture.enrol("Bob", portrait(90));
  const second = await fixture.enrol("Bob", portrait(120));
  await fixture.people.removeFace("staff", "Bob", second.faceId!);
  assertEquals(await fixture.publisher.table("staff"), [["Ada", 1, 0], ["Bob", 1, 0]]);
  const foreign = await refusal(() => fixture.people.removeFace("staff", "Bob", faceId!));
  assertEquals(foreign.code, "face_unknown");
  await fixture.people.remove("staff", "Bob");
  await fixture.settled();
  assertEquals(await fixture.publisher.table("staff"), [["Ada", 1, 0]]);
  const after = await fixture.blobs();
  // All blobs are the same as before, except the index, which contains the version.
  assertEquals([...after].filter((digest) => !before.has(digest)).length, 1);
  assertEquals(after.size, before.size);
  await fixture.people.removeGallery("staff");
  await fixture.settled();
  assertEquals([(await fixture.blobs()).size, fixture.people.galleries(), fixture.publisher.retired], [0, [], [
    "staff",
  ]]);
  const again = await fixture.enrol("Ada", portrait(0));
  assert(again.inForce!.version > 6, "its version must be higher for nodes that missed the removal");
});

Deno.test("People keep a crop that two faces share until the last of them is removed", async () => {
  await using fixture = new PeopleFixture();
  await fixture.enrol("Ada", portrait(0));
  await fixture.enrol("Ada", portrait(0), { gallery: "guests" });
  await fixture.people.remove("staff", "Ada");
  await fixture.settled();
  const lines = await Array.fromAsync(fixture.people.export("guests"));
  assertEquals(lines.length, 4);
  await fixture.people.remove("guests", "Ada");
  await fixture.settled();
  assertEquals(
    fixture.store.isCropUsed(
      (await fixture.finder.find(portrait(0), { gallery: null, crops: true })).persons[0].crop!.digest,
    ),
    false,
  );
});

Deno.test("People.people() returns pages, and setThresholds() makes a new version", async () => {
  await using fixture = new PeopleFixture();
  for (const [index, name] of ["C", "A", "B"].entries()) await fixture.enrol(name, portrait(120 * index));
  const first = fixture.people.people("staff", { after: null, limit: 2 });
  assertEquals([first.people.map(({ name }) => name), first.next], [["A", "B"], "B"]);
  const rest = fixture.people.people("staff", { after: first.next, limit: 2 });
  assertEquals([rest.people.map(({ name }) => name), rest.next], [["C"], null]);
  const thresholds = { ...fixture.people.gallery("staff").thresholds, known: 0.9 };
  await fixture.people.setThresholds("staff", thresholds);
  assertEquals((await fixture.publisher.peopleOf("staff")).index.thresholds, thresholds);
});

Deno.test("People.start() publishes the galleries of an earlier master, and finishes its pending work", async () => {
  await using earlier = new PeopleFixture();
  await earlier.enrol("Ada", portrait(0));
  await earlier.settled();
  const record = earlier.store.gallery("staff")!;
  await using whole = new PeopleFixture(earlier);
  whole.people.start();
  await whole.settled();
  assertEquals(whole.publisher.published.map(({ version, index }) => [version, index]), [[1, record.built!.index]]);
  // A change was stored just before the crash, and no gallery version was built from it.
  earlier.store.apply([{ type: "gallery_put", record: { ...record, version: 2 } }]);
  await using behind = new PeopleFixture(earlier);
  behind.people.start();
  await behind.settled();
  assertEquals(behind.publisher.published.map(({ version }) => version), [2]);
  assertEquals(await behind.publisher.table("staff"), [["Ada", 1, 0]]);
  // Missing blobs are built again.
  await earlier.durable.delete(earlier.store.gallery("staff")!.built!.buckets[0].digest);
  await using holey = new PeopleFixture(earlier);
  holey.people.start();
  await holey.settled();
  assertEquals(await holey.publisher.table("staff"), [["Ada", 1, 0]]);
});

Deno.test("one enrolment in a gallery of many buckets rebuilds one bucket", async () => {
  await using fixture = new PeopleFixture();
  await fixture.enrol("Ada", portrait(0));
  await fixture.settled();
  const record = fixture.store.gallery("staff")!;
  // The record is changed as if the gallery were large enough for two buckets.
  const [old] = record.built!.buckets;
  const buckets = [old, old];
  const asked: number[] = [];
  const store = Object.assign(Object.create(fixture.store), {
    bucket: (choice: Parameters<typeof fixture.store.bucket>[0]) => {
      asked.push(choice.bucket);
      return fixture.store.bucket(choice);
    },
  });
  const slots = new Set([GALLERY_BUCKETS_MAX - 1]);
  const built = { ...record.built!, buckets };
  const next = await buildGallery({ ...record, built, version: 2 }, { store, durable: fixture.durable, slots });
  assertEquals(asked, [1]);
  assertEquals(next.buckets[0], old);
});

Deno.test("People.stop() ends all writes to store and blobs; leftovers are deleted at the next start", async () => {
  const fixture = new PeopleFixture();
  await fixture.enrol("Ada", portrait(0));
  await fixture.settled();
  const before = await fixture.blobs();
  const gate = Promise.withResolvers<void>();
  fixture.publisher.gate = gate.promise;
  const enrolled = fixture.enrol("Bob", portrait(90));
  await fixture.settled();
  await fixture.people.stop();
  const stores: unknown[] = [];
  fixture.store.apply = (changes) => void stores.push(changes);
  gate.resolve();
  assertEquals((await enrolled).inForce?.version, 2);
  await fixture.settled();
  assertEquals(stores, []);
  assertEquals((await refusal(() => fixture.people.remove("staff", "Ada"))).code, "shutting_down");
  Reflect.deleteProperty(fixture.store, "apply");
  await using next = new PeopleFixture(fixture);
  next.people.start();
  await next.settled();
  const left = await next.blobs();
  assertEquals([...before].filter((digest) => left.has(digest)).length, 1, "only the crop of Ada is left unchanged");
});
