import fc from "fast-check";
import type { GalleryPerson } from "../../../models/gallery/gallery_bucket.ts";
import { GalleryMatrix } from "../../../models/gallery/gallery_matrix.ts";
import { openGallery } from "../../../models/gallery/gallery_reader.ts";
import type { GalleryView } from "../../../models/gallery/gallery_view.ts";
import type { Digest } from "../../../protocol/kernel/digest.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { type Random, seededRandom } from "../../../protocol/kernel/random.ts";
import { assert, assertEquals, assertRejects } from "../../assert.ts";
import { madeFace, madePeople, makeGallery, nearestByDefinition, readerOf } from "./made_gallery.ts";

const DIMENSIONS = 16;

/**
 * Asserts that matches of random faces in `view` are those that the definition gives for `people`.
 */
function assertSays(view: GalleryView, people: readonly GalleryPerson[], random: Random): void {
  const reader = openGallery(view);
  for (const embedding of [0, 1, 2].map(() => madeFace(random, { dimensions: DIMENSIONS }))) {
    assertEquals(reader.match(embedding, { countMax: 200 }), nearestByDefinition(people, embedding));
  }
}

function slotsIn(view: GalleryView): number {
  return view.people.personOfSlot.length;
}

Deno.test("GalleryMatrix update() reads only buckets that it does not have", async () => {
  const random = seededRandom(1);
  const people = madePeople(random, { count: 60, faceCount: 2, dimensions: DIMENSIONS });
  const matrix = new GalleryMatrix({ dimensions: DIMENSIONS });
  const first = makeGallery(people, { dimensions: DIMENSIONS, bucketCount: 8, version: 1 });
  assertEquals(matrix.missing(first.index), first.index.buckets.map(({ digest }) => digest));
  await matrix.update(first.index, readerOf(first));
  assertEquals(matrix.missing(first.index), []);

  const renamed = people.map((person, index) => index === 7 ? { ...person, name: "Somebody else" } : person);
  const second = makeGallery(renamed, { dimensions: DIMENSIONS, bucketCount: 8, version: 2 });
  const missing = matrix.missing(second.index);
  assertEquals(missing.length, 1);
  const asked: Digest[] = [];
  const view = await matrix.update(second.index, readerOf(second, asked));
  assertEquals(asked, missing);
  assertEquals([view.gallery, view.version, view.embedder], ["staff", 2, second.index.embedder]);
  assertSays(view, renamed, random);
});

Deno.test("GalleryMatrix update() writes only the rows of changed people, whatever the number of buckets", async () => {
  const random = seededRandom(2);
  const people = madePeople(random, { count: 50, faceCount: 2, dimensions: DIMENSIONS });
  const rows = people.reduce((sum, { faces, rejected }) => sum + faces.length + rejected.length, 0);
  const matrix = new GalleryMatrix({ dimensions: DIMENSIONS });
  const first = makeGallery(people, { dimensions: DIMENSIONS, bucketCount: 2, version: 1 });
  assertEquals(slotsIn(await matrix.update(first.index, readerOf(first))), rows);

  const face = madeFace(random, { dimensions: DIMENSIONS });
  const changed = people.map((person, index) => index === 9 ? { ...person, faces: [face], rejected: [] } : person);
  const second = makeGallery(changed, { dimensions: DIMENSIONS, bucketCount: 8, version: 2 });
  const view = await matrix.update(second.index, readerOf(second));
  assertEquals(slotsIn(view), rows + 1);
  assertSays(view, changed, random);
});

Deno.test("GalleryMatrix: older views stay valid until they are released, and then their slots are reused", async () => {
  const random = seededRandom(3);
  const matrix = new GalleryMatrix({ dimensions: DIMENSIONS });
  const generation = () => madePeople(random, { count: 20, faceCount: 2, dimensions: DIMENSIONS });
  const generations = [generation(), generation(), generation(), generation()];
  const views: GalleryView[] = [];
  for (const [index, people] of generations.slice(0, 3).entries()) {
    const made = makeGallery(people, { dimensions: DIMENSIONS, version: 10 * (index + 1) });
    views.push(await matrix.update(made.index, readerOf(made)));
    views.forEach((view, older) => assertSays(view, generations[older], random));
  }
  assert(slotsIn(views[1]) > slotsIn(views[0]) && slotsIn(views[2]) > slotsIn(views[1]));

  matrix.release(20);
  const made = makeGallery(generations[3], { dimensions: DIMENSIONS, version: 40 });
  const last = await matrix.update(made.index, readerOf(made));
  // The slots of version 10 were free for reuse, those of version 20 were not.
  assert(slotsIn(last) < slotsIn(views[2]) + 20);
  assertSays(views[1], generations[1], random);
  assertSays(views[2], generations[2], random);
  assertSays(last, generations[3], random);
});

Deno.test("GalleryMatrix: after any sequence of changes and releases every open view matches its own people", async () => {
  const change = fc.record({
    removed: fc.array(fc.nat(11), { maxLength: 4 }),
    changed: fc.array(fc.nat(11), { maxLength: 4 }),
    kept: fc.nat(2),
    bucketCount: fc.constantFrom(1, 2, 4),
    seed: fc.nat(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 2, maxLength: 8 }), async (changes) => {
      const matrix = new GalleryMatrix({ dimensions: DIMENSIONS });
      let people: GalleryPerson[] = [];
      let living: { view: GalleryView; people: GalleryPerson[] }[] = [];
      for (const [index, { removed, changed, kept, bucketCount, seed }] of changes.entries()) {
        const random = seededRandom(seed);
        const fresh = madePeople(random, { count: 12, faceCount: 2, dimensions: DIMENSIONS });
        people = [
          ...people.filter(({ id }) => ![...removed, ...changed].some((gone) => id === `person_${gone}`)),
          ...fresh.filter((_, position) => changed.includes(position)),
        ];
        const made = makeGallery(people, { dimensions: DIMENSIONS, version: index, bucketCount });
        living.push({ view: await matrix.update(made.index, readerOf(made)), people });
        living = living.slice(-1 - kept);
        matrix.release(living[0].view.version);
        for (const alive of living) assertSays(alive.view, alive.people, random);
      }
    }),
    { numRuns: 40 },
  );
});

Deno.test("GalleryMatrix update() that fails changes nothing and frees its slots", async () => {
  const random = seededRandom(4);
  const people = madePeople(random, { count: 30, faceCount: 1, dimensions: DIMENSIONS });
  const matrix = new GalleryMatrix({ dimensions: DIMENSIONS });
  const first = makeGallery(people, { dimensions: DIMENSIONS, bucketCount: 4, version: 1 });
  const view = await matrix.update(first.index, readerOf(first));

  const others = madePeople(random, { count: 30, faceCount: 1, dimensions: DIMENSIONS });
  const second = makeGallery(others, { dimensions: DIMENSIONS, bucketCount: 4, version: 2 });
  const broken = second.index.buckets[3].digest;
  const read = (digest: Digest) => digest === broken ? Uint8Array.of(1, 2, 3) : readerOf(second)(digest);
  const refuse = async (update: Promise<unknown>, words: string) => {
    const error = await assertRejects(() => update, DmlError, words);
    assertEquals(error.code, "gallery_invalid");
  };
  await refuse(matrix.update(second.index, read), "cut short");
  assertEquals(matrix.missing(first.index), []);
  assertSays(view, people, random);
  await refuse(matrix.update({ ...second.index, people: 31 }, readerOf(second)), "30 people in its buckets");
  const [one, ...rest] = second.index.buckets;
  await refuse(matrix.update({ ...second.index, buckets: [...rest, one] }, readerOf(second)), "wrong bucket");
  await refuse(matrix.update({ ...second.index, dimensions: 8 }, readerOf(second)), "8 numbers instead of 16");

  const after = await matrix.update(second.index, readerOf(second));
  assertSays(after, others, random);
  assertEquals(
    slotsIn(after),
    slotsIn(view) + others.flatMap((person) => [...person.faces, ...person.rejected]).length,
  );
  await refuse(matrix.update(first.index, readerOf(first)), "version 1 is older");
  assertEquals(await matrix.update(second.index, readerOf(first)), after);
});

Deno.test("GalleryMatrix update() runs concurrent updates one after the other", async () => {
  const random = seededRandom(5);
  const generations = [1, 2, 3].map(() => madePeople(random, { count: 9, faceCount: 1, dimensions: DIMENSIONS }));
  const matrix = new GalleryMatrix({ dimensions: DIMENSIONS });
  const views = await Promise.all(generations.map((people, index) => {
    const made = makeGallery(people, { dimensions: DIMENSIONS, version: index + 1, bucketCount: 4 });
    return matrix.update(made.index, async (digest) => (await Promise.resolve(), readerOf(made)(digest)));
  }));
  views.forEach((view, index) => assertSays(view, generations[index], random));
});
