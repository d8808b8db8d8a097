import fc from "fast-check";
import { assert, assertEquals, assertRejects } from "../../assert.ts";
import { GatheringWriter } from "../../../protocol/blob/gathering_writer.ts";

/** A writer that keeps what is written, and fails after `writesMax` writes. */
function recording({ writesMax = Infinity } = {}) {
  const writes: Uint8Array[] = [];
  return {
    writes,
    write(bytes: Uint8Array) {
      if (writes.length >= writesMax) return Promise.reject(new Error("full"));
      writes.push(bytes.slice());
      return Promise.resolve();
    },
  };
}

Deno.test("GatheringWriter writes all pieces in order, from memory that is used again", async () => {
  const sizes = fc.array(fc.nat({ max: 300_000 }), { maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(sizes, async (sizes) => {
      const target = recording();
      const gathering = new GatheringWriter(target);
      const piece = new Uint8Array(300_000);
      for (const [at, size] of sizes.entries()) await gathering.write(piece.fill(at).subarray(0, size));
      await gathering.flush();
      const written = await new Blob(target.writes as Uint8Array<ArrayBuffer>[]).bytes();
      const expected = await new Blob(sizes.map((size, at) => new Uint8Array(size).fill(at))).bytes();
      assertEquals(written.length, expected.length);
      assert(written.every((byte, at) => byte === expected[at]));
    }),
    { numRuns: 50 },
  );
});

Deno.test("GatheringWriter writes small pieces together and large ones at once", async () => {
  const target = recording();
  const gathering = new GatheringWriter(target);
  for (let count = 0; count < 64; count++) await gathering.write(new Uint8Array(16_384));
  assertEquals(target.writes.length, 4);
  await gathering.write(new Uint8Array(65_536));
  assertEquals(target.writes.length, 5);
});

Deno.test("GatheringWriter passes a failure on, and writes no more after it", async () => {
  const target = recording({ writesMax: 0 });
  const gathering = new GatheringWriter(target);
  await gathering.write(new Uint8Array(10));
  await assertRejects(() => gathering.flush(), Error, "full");
  await gathering.write(new Uint8Array(10));
  await gathering.flush();
  assertEquals(target.writes, []);
});
