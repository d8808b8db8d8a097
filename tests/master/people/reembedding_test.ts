import { DmlError } from "../../../protocol/kernel/errors.ts";
import { assert, assertEquals } from "../../assert.ts";
import { EMBEDDER, NEW_EMBEDDER, PeopleFixture, pictureOf, portrait } from "./people_fixture.ts";

async function pass(fixture: PeopleFixture, ms: number): Promise<void> {
  for (let step = 0; step < ms; step += 100) {
    fixture.clock.advance(100);
    await fixture.settled();
  }
}

Deno.test("a gallery is embedded again from its crops, and stays active with the old embeddings meanwhile", async () => {
  await using fixture = new PeopleFixture();
  for (let angle = 0; angle < 180; angle += 30) await fixture.enrol(`person ${angle}`, portrait(angle));
  await fixture.reject("person 0", portrait(15));
  fixture.people.start();
  await fixture.settled();
  fixture.finder.current = NEW_EMBEDDER;
  // The first attempts fail because the cluster is not able to embed yet; the work must be retried.
  fixture.finder.failures.push(new DmlError("no_capable_node", "No node."), new DmlError("queue_full", "Full."));
  fixture.clock.advance(2_000);
  await fixture.settled();
  assertEquals(fixture.people.gallery("staff").embedder, EMBEDDER);
  assert(fixture.people.gallery("staff").reembedding!.left > 0);
  assertEquals((await fixture.publisher.peopleOf("staff")).index.embedder, EMBEDDER);
  await pass(fixture, 15_000);
  const { index, people } = await fixture.publisher.peopleOf("staff");
  assertEquals([index.embedder, index.dimensions, index.people], [NEW_EMBEDDER, 3, 6]);
  const first = people.find(({ name }) => name === "person 30");
  assertEquals([...first!.faces[0]].map((number) => number.toFixed(2)), ["0.00", "0.87", "0.50"]);
  assertEquals(people.find(({ name }) => name === "person 0")!.rejected.length, 1);
  assertEquals(fixture.people.gallery("staff").reembedding, null);
  assert(fixture.logged.some(({ message }) => message === "A gallery is in force with a new embedder."));
});

Deno.test("a person enrolled during re-embedding is in the gallery afterwards", async () => {
  await using fixture = new PeopleFixture();
  await fixture.enrol("Ada", portrait(0));
  fixture.finder.current = NEW_EMBEDDER;
  fixture.finder.failures.push(new DmlError("no_capable_node", "No node."));
  fixture.people.start();
  await fixture.settled();
  const answer = await fixture.enrol("Bob", portrait(90));
  assertEquals(answer.warnings.map(({ code }) => code), ["reembedding"]);
  assertEquals(await fixture.publisher.table("staff"), [["Ada", 1, 0]]);
  await pass(fixture, 15_000);
  assertEquals(await fixture.publisher.table("staff"), [["Ada", 1, 0], ["Bob", 1, 0]]);
});

Deno.test("a crop in which the new embedder finds no face is skipped with a warning, and the others are embedded", async () => {
  await using fixture = new PeopleFixture();
  await fixture.enrol("Ada", portrait(0));
  await fixture.enrol("Bob", portrait(90));
  const [{ crop }] = fixture.store.faces(fixture.store.person("staff", "Bob")!.personId);
  const find = fixture.finder.find.bind(fixture.finder);
  const bytes = await fixture.durable.read(crop.digest);
  const isBob = (picture: Uint8Array) => String(picture) === String(bytes);
  fixture.finder.find = (picture, options) => find(isBob(picture) ? pictureOf() : picture, options);
  fixture.finder.current = NEW_EMBEDDER;
  fixture.people.start();
  await pass(fixture, 5_000);
  assertEquals(await fixture.publisher.table("staff"), [["Ada", 1, 0]]);
  assertEquals(fixture.logged.find(({ level }) => level === "warn")?.fields.lost, 1);
  assertEquals(fixture.people.person("staff", "Bob").faces.length, 1, "the crop is kept for the next embedder");
});
