import { DmlError } from "../../../../protocol/kernel/errors.ts";
import { LIMITS } from "../../../../protocol/kernel/limits.ts";
import { assert, assertEquals, assertRejects } from "../../../assert.ts";
import { PeopleFixture, portrait } from "../people_fixture.ts";

function refusal(change: () => Promise<unknown>): Promise<DmlError> {
  return assertRejects(async () => void await change(), DmlError);
}

async function staff(): Promise<PeopleFixture> {
  const fixture = new PeopleFixture();
  await fixture.enrol("Ada", portrait(0));
  await fixture.enrol("Ada", portrait(40));
  await fixture.reject("Ada", portrait(20));
  await fixture.enrol("Bob", portrait(120));
  await fixture.people.patch("staff", "Ada", { metadata: { team: "engines" } });
  return fixture;
}

/** Returns what is known of everybody, without ids, which are new after a removal. */
async function known(fixture: PeopleFixture) {
  const people = fixture.people.people("staff", { after: null, limit: 100 }).people;
  const details = people.map(({ name }) => {
    const { person, faces } = fixture.people.person("staff", name);
    const seen = faces.map(({ kind, source, quality: { eyeDistance, sharpness } }) =>
      [kind, source, eyeDistance, sharpness].join()
    );
    return [person.name, person.metadata, seen.toSorted()];
  });
  return [details, await fixture.publisher.table("staff")];
}

async function newest(fixture: PeopleFixture): Promise<string> {
  const [entry] = await fixture.people.trash.list("staff");
  assert(entry !== undefined, "something is in the trash");
  return entry.entryId;
}

Deno.test("undo() brings back a person, a face, a gallery, and splits a merge", async () => {
  const changes: [kind: string, (fixture: PeopleFixture) => Promise<unknown>][] = [
    ["person", ({ people }) => people.remove("staff", "Ada")],
    ["face", ({ people }) => people.removeFace("staff", "Ada", people.person("staff", "Ada").faces[1].faceId)],
    ["merge", ({ people }) => people.merge("staff", "Bob", "Ada")],
    ["merge", ({ people }) => people.merge("staff", "Ada", "Bob")],
    ["gallery", ({ people }) => people.removeGallery("staff")],
  ];
  for (const [kind, change] of changes) {
    await using fixture = await staff();
    const before = await known(fixture);
    await change(fixture);
    const [entry] = await fixture.people.trash.list("staff");
    assertEquals(entry.kind, kind);
    const restored = await fixture.people.undo("staff", entry.entryId);
    assertEquals(restored.facesAdded, entry.faces, kind);
    const [people, inForce] = await known(fixture);
    if (kind !== "merge") assertEquals([people, inForce], before, kind);
    else assertEquals(inForce, before[1], kind);
    assertEquals(await fixture.people.trash.list("staff"), []);
  }
});

Deno.test("undo() of a merge leaves the faces that came since, and those that both had", async () => {
  await using fixture = await staff();
  await fixture.enrol("Bob", portrait(0)); // Ada has the same face.
  await fixture.people.merge("staff", "Bob", "Ada");
  await fixture.enrol("Bob", portrait(200));
  await fixture.people.undo("staff", await newest(fixture));
  assertEquals(await fixture.publisher.table("staff"), [["Ada", 2, 1], ["Bob", 3, 0]]);
});

Deno.test("undo() gives back to a person who was enrolled again only what they lack", async () => {
  await using fixture = await staff();
  await fixture.people.remove("staff", "Ada");
  await fixture.enrol("Ada", portrait(40));
  const { facesAdded, facesKnown } = await fixture.people.undo("staff", await newest(fixture));
  assertEquals([facesAdded, facesKnown], [2, 1]);
  assertEquals(fixture.people.person("staff", "Ada").faces.length, 3);
});

Deno.test("the trash keeps crops and embeddings from the blobs of the master, and nothing after a removal for good", async () => {
  await using fixture = await staff();
  const crops = fixture.people.person("staff", "Ada").faces.length;
  const before = (await fixture.blobs()).size;
  await fixture.people.remove("staff", "Ada", { forGood: true });
  await fixture.settled();
  assertEquals(await fixture.people.trash.list("staff"), []);
  assert((await fixture.blobs()).size <= before - crops + 1, "the crops are gone");
  await fixture.people.removeGallery("staff", { forGood: true });
  assertEquals(await fixture.people.trash.list("staff"), []);
});

Deno.test("an entry is gone for good when its time has passed, and the trash of one gallery is not that of another", async () => {
  await using fixture = await staff();
  fixture.people.trash.start();
  await fixture.people.remove("staff", "Ada");
  const entryId = await newest(fixture);
  assertEquals(await fixture.people.trash.list("guests"), []);
  assertEquals((await refusal(() => fixture.people.undo("guests", entryId))).code, "trash_unknown");
  fixture.clock.advance(LIMITS.trashKeptMs - 1);
  await fixture.settled();
  assertEquals((await fixture.people.trash.list("staff")).length, 1);
  fixture.clock.advance(3_600_001);
  await fixture.settled();
  assertEquals(await fixture.people.trash.list("staff"), []);
  assertEquals((await refusal(() => fixture.people.undo("staff", entryId))).code, "trash_unknown");
});

Deno.test("empty() deletes the trash of one gallery", async () => {
  await using fixture = await staff();
  await fixture.people.remove("staff", "Ada");
  await fixture.people.remove("staff", "Bob");
  assertEquals(await fixture.people.trash.empty("guests"), 0);
  assertEquals(await fixture.people.trash.empty("staff"), 2);
  assertEquals(await fixture.people.trash.list("staff"), []);
});

Deno.test("nothing is put into the trash by what is refused", async () => {
  await using fixture = await staff();
  const wrong: (() => Promise<unknown>)[] = [
    () => fixture.people.remove("staff", "Eve"),
    () => fixture.people.merge("staff", "Ada", "Ada"),
    () => fixture.people.merge("staff", "Ada", "Eve"),
    () => fixture.people.removeFace("staff", "Bob", fixture.people.person("staff", "Ada").faces[0].faceId),
  ];
  for (const change of wrong) await refusal(change);
  assertEquals(await fixture.people.trash.list("staff"), []);
  assertEquals((await refusal(() => fixture.people.removeGallery("guests"))).code, "gallery_unknown");
});
