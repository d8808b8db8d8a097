import fc from "fast-check";
import type { GalleryPerson } from "../../../models/gallery/gallery_bucket.ts";
import { GalleryMatrix } from "../../../models/gallery/gallery_matrix.ts";
import { openGallery } from "../../../models/gallery/gallery_reader.ts";
import type { GalleryView } from "../../../models/gallery/gallery_view.ts";
import { ScanScratch } from "../../../models/gallery/scan_scratch.ts";
import { SCRATCHES } from "../../../models/kernels/gallery_places.ts";
import { InvariantError } from "../../../protocol/kernel/invariant.ts";
import { seededRandom } from "../../../protocol/kernel/random.ts";
import { assert, assertEquals, assertThrows } from "../../assert.ts";
import { madeFace, madePeople, makeGallery, nearestByDefinition, readerOf, unit } from "./made_gallery.ts";

const GOOD = { eyeDistance: 80, sharpness: 500 };

function viewOf(people: readonly GalleryPerson[], dimensions: number): Promise<GalleryView> {
  const made = makeGallery(people, { dimensions });
  return new GalleryMatrix({ dimensions }).update(made.index, readerOf(made));
}

/**
 * Few values and few dimensions, so that equal faces, equal names and equally near rejected faces
 * are frequent.
 */
const coarseRow = (dimensions: number) =>
  fc.array(fc.constantFrom(-1, 0, 1, 2), { minLength: dimensions, maxLength: dimensions })
    .filter((numbers) => numbers.some((number) => number !== 0))
    .map((numbers) => unit(Float32Array.from(numbers)));
const coarseGallery = fc.integer({ min: 1, max: 19 }).chain((dimensions) =>
  fc.record({
    dimensions: fc.constant(dimensions),
    embedding: coarseRow(dimensions),
    people: fc.uniqueArray(
      fc.record({
        id: fc.string({ minLength: 1, maxLength: 3 }),
        name: fc.constantFrom("Ada", "Bo", "Zoë 🌻"),
        faces: fc.array(coarseRow(dimensions), { maxLength: 3 }),
        rejected: fc.array(coarseRow(dimensions), { maxLength: 2 }),
      }),
      { maxLength: 12, selector: ({ id }) => id },
    ),
    countMax: fc.nat(6),
  })
);

Deno.test("openGallery() match() finds the same as comparing with every row, ties included", async () => {
  await fc.assert(fc.asyncProperty(coarseGallery, async ({ dimensions, embedding, people, countMax }) => {
    const view = await viewOf(people, dimensions);
    const expected = nearestByDefinition(people, embedding).slice(0, countMax);
    assertEquals(openGallery(view).match(embedding, { countMax }), expected);
    assertEquals(openGallery(view, { isPlain: true }).match(embedding, { countMax }), expected);
  }));
});

Deno.test("openGallery() match() gives its scratch back, and finds the same while others have them all", async () => {
  const random = seededRandom(12);
  const dimensions = 33;
  const people = madePeople(random, { count: 40, faceCount: 3, dimensions });
  const embedding = madeFace(random, { dimensions, centre: people[3].faces[1] });
  const expected = nearestByDefinition(people, embedding).slice(0, 7);
  const view = await viewOf(people, dimensions);
  const reader = openGallery(view);
  for (let round = 0; round <= SCRATCHES; round++) assertEquals(reader.match(embedding, { countMax: 7 }), expected);
  const taken = Array.from({ length: SCRATCHES }, () => ScanScratch.take(view.memory));
  assert(taken.every((scratch) => scratch !== null), "none was kept");
  assertEquals(ScanScratch.take(view.memory), null);
  assertEquals(reader.match(embedding, { countMax: 7 }), expected);
});

Deno.test("openGallery() match() is exact to the bit in a gallery of several blocks, for every kind of face", async () => {
  const random = seededRandom(11);
  for (const dimensions of [64, 512]) {
    const people = madePeople(random, { count: 450, faceCount: 5, dimensions });
    const reader = openGallery(await viewOf(people, dimensions));
    for (let round = 0; round < 25; round++) {
      const centre = round % 2 === 0 ? people[round].faces[0] : undefined;
      const embedding = round === 1 ? people[7].faces[2] : madeFace(random, { dimensions, centre });
      const expected = nearestByDefinition(people, embedding);
      for (const countMax of [1, 5, 40]) {
        assertEquals(reader.match(embedding, { countMax }), expected.slice(0, countMax));
      }
    }
  }
});

Deno.test("openGallery() match() is exact if all people are about equally near", async () => {
  const random = seededRandom(12);
  const dimensions = 128;
  const centre = madeFace(random, { dimensions });
  const people = Array.from({ length: 300 }, (_, index) => ({
    id: `person_${index}`,
    name: `Name ${index % 7}`,
    faces: [0, 1, 2, 3].map(() => madeFace(random, { dimensions, centre, spread: 0.001 })),
    rejected: index % 3 === 0 ? [madeFace(random, { dimensions, centre, spread: 0.001 })] : [],
  }));
  const reader = openGallery(await viewOf(people, dimensions));
  for (let round = 0; round < 10; round++) {
    const embedding = madeFace(random, { dimensions, centre, spread: 0.001 });
    const expected = nearestByDefinition(people, embedding).slice(0, 5);
    assertEquals(reader.match(embedding, { countMax: 5 }), expected);
  }
});

Deno.test("openGallery() match() gives the last place among equals to the first name, wherever the rows are", async () => {
  const twin = (letter: string) => ({
    id: `person_${letter}`,
    name: `Name ${String.fromCharCode(219 - letter.charCodeAt(0))}`,
    faces: [Float32Array.of(0.6, 0.8)],
    rejected: [],
  });
  // Rows are in the order of the ids, names in the opposite order.
  const people = [..."abcdefgh"].map(twin);
  const reader = openGallery(await viewOf(people, 2));
  const names = reader.match(Float32Array.of(0.8, 0.6), { countMax: 3 }).map(({ name }) => name);
  assertEquals(names, ["Name s", "Name t", "Name u"]);
});

Deno.test("openGallery() match() refuses an embedding of another length or other dimensions", async () => {
  const reader = openGallery(await viewOf([], 4));
  assertEquals(reader.match(Float32Array.of(0, 1, 0, 0), { countMax: 5 }), []);
  assertThrows(() => reader.match(Float32Array.of(0, 1, 0), { countMax: 5 }), InvariantError, "dimensions");
  assertThrows(() => reader.match(Float32Array.of(0, 3, 0, 0), { countMax: 5 }), InvariantError, "normalised");
  assertThrows(() => reader.match(Float32Array.of(0, NaN, 0, 0), { countMax: 5 }), InvariantError, "normalised");
});

Deno.test("openGallery() recognise() names a near person, and nobody for a blurred face", async () => {
  const people = [
    { id: "person_a", name: "Ada", faces: [Float32Array.of(1, 0, 0)], rejected: [] },
    { id: "person_b", name: "Bo", faces: [Float32Array.of(0, 1, 0)], rejected: [Float32Array.of(0, 0.6, 0.8)] },
  ];
  const reader = openGallery(await viewOf(people, 3));
  const ada = Float32Array.of(0.8, 0, 0.6);
  assertEquals(reader.recognise(ada, GOOD), { recognition: "known", name: "Ada", similarity: Math.fround(0.8) });
  assertEquals(reader.recognise(ada, { eyeDistance: 3, sharpness: 500 }).recognition, "poor_quality");
  // The face is near Bo, but nearer to a rejected face of Bo.
  assertEquals(reader.recognise(Float32Array.of(0, 0.6, 0.8), GOOD).recognition, "unknown");
  assertEquals(reader.recognise(unit(Float32Array.of(0.5, 0.5, -0.1)), GOOD).recognition, "uncertain");
});

Deno.test("openGallery() opens a view posted to a worker without permissions, on the same memory", async () => {
  const random = seededRandom(14);
  const people = madePeople(random, { count: 40, faceCount: 2, dimensions: 32 });
  const view = await viewOf(people, 32);
  const embedding = madeFace(random, { dimensions: 32, centre: people[3].faces[0] });
  const worker = new Worker(new URL("./reader_worker.ts", import.meta.url), {
    type: "module",
    deno: { permissions: "none" },
  });
  const answer = await new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage({ view, embedding });
  });
  worker.terminate();
  assertEquals(answer, { nearest: nearestByDefinition(people, embedding).slice(0, 5), isShared: true });
  assert(view.memory.buffer instanceof SharedArrayBuffer);
});
