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

Deno.test("the thresholds of another model come into force with its embeddings, and not before", async () => {
  await using fixture = new PeopleFixture();
  await fixture.enrol("Ada", portrait(0));
  const inForce = () => {
    const { thresholds: { known, unknown, marginMin }, thresholdsOrigin } = fixture.people.gallery("staff");
    return [known, unknown, marginMin, thresholdsOrigin];
  };
  assertEquals(inForce(), [0.45, 0.38, 0.05, { by: "default", faces: 1 }]);
  fixture.finder.current = NEW_EMBEDDER;
  fixture.finder.thresholds = { known: 0.363, unknown: 0.3, marginMin: 0.02 };
  fixture.finder.failures.push(new DmlError("no_capable_node", "No node."));
  fixture.people.start();
  await fixture.settled();
  assertEquals(inForce(), [0.45, 0.38, 0.05, { by: "default", faces: 1 }]);
  await pass(fixture, 5_000);
  assertEquals(inForce(), [0.363, 0.3, 0.02, { by: "model" }]);
  const { index } = await fixture.publisher.peopleOf("staff");
  assertEquals([index.embedder, index.thresholds.known, index.thresholds.marginMin], [NEW_EMBEDDER, 0.363, 0.02]);
  const { thresholds } = fixture.people.gallery("staff");
  const setMs = fixture.clock.wallMs();
  await fixture.people.setThresholds("staff", { ...thresholds, known: 0.5, by: "calibrate" });
  fixture.finder.current = EMBEDDER;
  fixture.finder.thresholds = null;
  await pass(fixture, 5_000);
  const [known, , , origin] = inForce();
  assertEquals([fixture.people.gallery("staff").embedder, known, origin], [
    EMBEDDER,
    0.5,
    { by: "calibrate", setMs },
  ]);
});

Deno.test("other thresholds of the same embedder come into force, once, and a new gallery begins with them", async () => {
  await using fixture = new PeopleFixture();
  await fixture.enrol("Ada", portrait(0));
  fixture.finder.thresholds = { known: 0.363, unknown: 0.3 };
  fixture.people.start();
  await pass(fixture, 5_000);
  const { version, thresholds, thresholdsOrigin, lookalikeMin, reembedding } = fixture.people.gallery("staff");
  assertEquals([version, thresholds.known, thresholdsOrigin, lookalikeMin], [2, 0.363, { by: "model" }, 0.363]);
  assertEquals(reembedding, null);
  assertEquals((await fixture.publisher.peopleOf("staff")).index.thresholds.known, 0.363);
  await fixture.enrol("Ada", portrait(0), { gallery: "guests" });
  assertEquals(fixture.people.gallery("guests").thresholdsOrigin, { by: "model" });
  const archive = (await Array.fromAsync(fixture.people.export("staff"))).join("");
  await fixture.people.import("again", archive);
  assertEquals(fixture.people.gallery("again").thresholdsOrigin, { by: "model" });
});

Deno.test("a picture enrolled again during re-embedding is known by its crop", async () => {
  await using fixture = new PeopleFixture();
  await fixture.enrol("Ada", portrait(0));
  fixture.finder.current = NEW_EMBEDDER;
  const answer = await fixture.enrol("Ada", portrait(0));
  assertEquals([answer.faceId, answer.warnings[0].code], [null, "already_enrolled"]);
  assertEquals(fixture.people.person("staff", "Ada").faces.length, 1);
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
