import fc from "fast-check";
import {
  bucketCountFor,
  bucketOf,
  decodeBucket,
  encodeBucket,
  type GalleryPerson,
} from "../../../models/gallery/gallery_bucket.ts";
import { GALLERY_BUCKETS_MAX } from "../../../models/gallery/gallery_index.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { assert, assertEquals, assertThrows } from "../../assert.ts";
import { unit } from "./made_gallery.ts";

const DIMENSIONS = 5;
const face = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: DIMENSIONS, maxLength: DIMENSIONS })
  .filter((numbers) => numbers.some((number) => number !== 0)).map((numbers) => unit(Float32Array.from(numbers)));
const people: fc.Arbitrary<GalleryPerson[]> = fc.uniqueArray(
  fc.record({
    id: fc.string({ minLength: 1, maxLength: 8, unit: "binary" }),
    name: fc.string({ minLength: 1, maxLength: 12, unit: "grapheme" }),
    faces: fc.array(face, { maxLength: 3 }),
    rejected: fc.array(face, { maxLength: 2 }),
  }),
  { maxLength: 8, selector: ({ id }) => id },
);
const ADA: GalleryPerson = { id: "person_a", name: "Ada", faces: [Float32Array.of(0, 1)], rejected: [] };
const byId = (one: GalleryPerson, other: GalleryPerson) => one.id < other.id ? -1 : 1;

/** Encodes a bucket with the header `value`, followed by `rows`. */
function bucketWith(value: unknown, rows: Uint8Array = new Uint8Array()): Uint8Array {
  const json = new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value));
  const bytes = new Uint8Array(4 + json.length + rows.length);
  new DataView(bytes.buffer).setUint32(0, json.length, true);
  bytes.set(json, 4);
  bytes.set(rows, 4 + json.length);
  return bytes;
}

function assertInvalid(bytes: Uint8Array, words: string, dimensions = 2): void {
  const error = assertThrows(() => decodeBucket(bytes, { dimensions }), DmlError, words);
  assertEquals(error.code, "gallery_invalid");
}

Deno.test("decodeBucket() restores what encodeBucket() wrote, sorted by id, at any offset in a buffer", () => {
  fc.assert(fc.property(people, fc.nat(7), (all, offset) => {
    const bytes = encodeBucket(all, { dimensions: DIMENSIONS });
    const moved = new Uint8Array(bytes.length + offset).subarray(offset);
    moved.set(bytes);
    assertEquals(decodeBucket(moved, { dimensions: DIMENSIONS }), [...all].sort(byId));
  }));
});

Deno.test("encodeBucket() writes the same bytes for the same people in any order, and does not change its input", () => {
  fc.assert(fc.property(people, (all) => {
    const before = structuredClone(all);
    const bytes = encodeBucket(all, { dimensions: DIMENSIONS });
    assertEquals(encodeBucket([...all].reverse(), { dimensions: DIMENSIONS }), bytes);
    assertEquals(all, before);
  }));
});

Deno.test("encodeBucket() writes a length, a JSON header padded to 4 and little-endian rows", () => {
  const bytes = encodeBucket([ADA], { dimensions: 2 });
  const header = '{"schema":1,"dimensions":2,"people":[{"id":"person_a","name":"Ada","faces":1,"rejected":0}]}';
  const padded = header.padEnd(Math.ceil(header.length / 4) * 4);
  assertEquals([...bytes.subarray(0, 4)], [padded.length, 0, 0, 0]);
  assertEquals(new TextDecoder().decode(bytes.subarray(4, 4 + padded.length)), padded);
  assertEquals([...bytes.subarray(4 + padded.length)], [0, 0, 0, 0, 0, 0, 0x80, 0x3f]);
});

Deno.test("decodeBucket() refuses invalid buckets and those of another gallery, with the reason", () => {
  const person = { id: "person_a", name: "Ada", faces: 1, rejected: 0 };
  const header = { schema: 1, dimensions: 2, people: [person] };
  const row = (...numbers: number[]) => new Uint8Array(Float32Array.from(numbers).buffer);
  assertInvalid(new Uint8Array(3), "cut short");
  assertInvalid(Uint8Array.of(9, 0, 0, 0, 0x7b), "cut short");
  assertInvalid(Uint8Array.of(255, 255, 255, 255, 0x7b), "cut short");
  assertInvalid(bucketWith("{"), "not JSON");
  assertInvalid(bucketWith({ ...header, more: 1 }), "more");
  assertInvalid(bucketWith({ ...header, schema: 2 }), "schema");
  assertInvalid(bucketWith({ ...header, people: [{ ...person, faces: -1 }] }), "people.0.faces");
  assertInvalid(bucketWith({ ...header, people: [{ ...person, faces: 257 }] }), "people.0.faces");
  assertInvalid(bucketWith({ ...header, people: [person, person] }), "person_a twice");
  assertInvalid(bucketWith({ ...header, people: [{ ...person, id: "person_b" }, person] }), "out of order");
  assertInvalid(bucketWith(header, row(0, 1)), "embeddings of 2 numbers instead of 512", 512);
  assertInvalid(bucketWith(header, row(0, 1, 0)), "its header implies");
  assertInvalid(bucketWith(header, row(0)), "its header implies");
  assertInvalid(bucketWith(header, row(3, 4)), "person_a whose length is not 1");
  assertInvalid(bucketWith(header, row(NaN, 1)), "person_a whose length is not 1");
  assertInvalid(bucketWith(header, row(Infinity, 1)), "person_a whose length is not 1");
});

Deno.test("decodeBucket() reads any bytes or refuses them with its error code", () => {
  const good = encodeBucket([ADA], { dimensions: 2 });
  fc.assert(fc.property(fc.nat(good.length - 1), fc.nat(255), fc.nat(good.length), (at, value, length) => {
    const bytes = good.slice();
    bytes[at] = value;
    try {
      assertEquals(decodeBucket(bytes.subarray(0, length), { dimensions: 2 }).length, 1);
    } catch (error) {
      assert(error instanceof DmlError);
      assertEquals(error.code, "gallery_invalid");
    }
  }));
});

Deno.test("bucketOf() spreads people evenly, and a person is always in the same bucket", () => {
  const counts = new Array(16).fill(0);
  for (let index = 0; index < 4_000; index++) counts[bucketOf(`person_${index}`, 16)]++;
  assertEquals(counts.reduce((sum, count) => sum + count), 4_000);
  assert(Math.min(...counts) > 150 && Math.max(...counts) < 350, counts.join(" "));
  fc.assert(fc.property(fc.string(), fc.nat(10), (id, power) => {
    const bucket = bucketOf(id, 2 ** power);
    assert(bucket >= 0 && bucket < 2 ** power);
    // Doubling the number of buckets splits each into two.
    assertEquals(bucketOf(id, 2 ** (power + 1)) % 2 ** power, bucket);
  }));
});

Deno.test("bucketCountFor() is a power of two with about a megabyte in each bucket", () => {
  const countFor = (size: number, faces = 5) => bucketCountFor({ people: size, faces: size * faces, dimensions: 512 });
  assertEquals([0, 1, 90, 110, 20_000, 100_000].map((size) => countFor(size)), [1, 1, 1, 2, 256, GALLERY_BUCKETS_MAX]);
  fc.assert(fc.property(fc.nat(90_000), (size) => {
    const count = countFor(size);
    const bytes = (size * (5 * 512 * 4 + 128)) / count;
    assert(Number.isInteger(Math.log2(count)) && count <= GALLERY_BUCKETS_MAX);
    assert(bytes <= 2 ** 20 && (count === 1 || bytes > 2 ** 19));
  }));
});
